import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageFolder, readNpy, readNpz, writeNpy, writeNpz, type NewNpyArray } from '../../../src/data.ts';
import { requireNumpy, runCommand, sharedData, temporaryFolder } from '../../helpers/index.ts';

const DTYPES = ['bool', 'u1', 'i1', 'u2', 'i2', 'u4', 'i4', 'u8', 'i8', 'f2', 'f4', 'f8', 'c8', 'c16'];
const SHAPES = ['()', '(5,)', '(0,)', '(3, 0, 2)', '(2, 3)', '(2, 3, 4)'];

/** Each array in every byte order, order and version, and its elements as texts that both languages write alike. */
const SAVE = `
import json, sys, numpy as np
from numpy.lib import format
folder = sys.argv[1]
cases = []
for d in ${JSON.stringify(DTYPES)}:
  for s in [${SHAPES.join(', ')}]:
    for order in '<>':
      for layout in 'CF':
        for version in [(1, 0), (2, 0), (3, 0)]:
          count = int(np.prod(s)) if s else 1
          values = (np.arange(count) * 3 - 7).astype('f8')
          a = (np.abs(values) if d[0] == 'u' else values).astype(d)
          if d[0] == 'c': a = a + a * 1j
          a = np.asarray(a.reshape(s), dtype=np.dtype(d).newbyteorder(order), order=layout)
          name = 'case-%d.npy' % len(cases)
          with open(folder + '/' + name, 'wb') as file: format.write_array(file, a, version=version)
          flat = a.astype(np.dtype(d)).ravel(order='C')
          parts = flat.view('f4' if d == 'c8' else 'f8') if d[0] == 'c' else flat.astype('u1') if d == 'bool' else flat
          cases.append({'name': name, 'dtype': str(np.dtype(d)), 'shape': list(s), 'values': [str(int(v)) for v in parts]})
x = np.arange(100000, dtype='f4').reshape(100, 1000)
np.savez(folder + '/stored.npz', x=x, y=np.array([True, False]))
np.savez_compressed(folder + '/packed.npz', x=x, y=np.array([True, False]))
json.dump(cases, sys.stdout)
`;

/** What NumPy finds in the files, and whether it would have written the same bytes. */
const LOAD = `
import io, json, sys, numpy as np
folder = sys.argv[1]
found = []
for name in json.load(sys.stdin):
  a = np.load(folder + '/' + name)
  again = io.BytesIO(); np.save(again, a)
  found.append({'dtype': str(a.dtype), 'shape': list(a.shape), 'values': [str(v) for v in a.ravel().tolist()], 'same': again.getvalue() == open(folder + '/' + name, 'rb').read()})
archives = []
for name in ['own.npz', 'own-packed.npz']:
  with np.load(folder + '/' + name) as z: archives.append({k: [str(z[k].dtype), list(z[k].shape), float(z[k].sum())] for k in z.files})
json.dump({'found': found, 'archives': archives}, sys.stdout)
`;

const PILLOW = `
import json, sys, numpy as np
from PIL import Image, ImageOps
answers = {}
for name in json.load(sys.stdin):
  image = ImageOps.exif_transpose(Image.open(sys.argv[1] + '/' + name)).convert('RGB')
  np.save(sys.argv[2] + '/' + name + '.npy', np.asarray(image))
`;

async function python(program: string, args: readonly string[], input = ''): Promise<string> {
  const { PATH, HOME, LANG } = process.env;
  const result = await runCommand(requireNumpy(), ['-W', 'ignore', '-c', program, ...args], {
    cwd: args[0] ?? '/',
    env: { PATH, HOME, LANG, PYTHONUTF8: '1' },
    input,
  });
  if (result.code !== 0) throw new Error(`Python ended with ${result.code}:\n${result.stderr.slice(-2000)}`);
  return result.stdout;
}

describe('NumPy', () => {
  it('writes what readNpy reads: every type, shape, byte order, layout and version', async () => {
    requireNumpy();
    const folder = await temporaryFolder();
    const cases = JSON.parse(await python(SAVE, [folder])) as { name: string; dtype: string; shape: number[]; values: string[] }[];
    expect(cases).toHaveLength(DTYPES.length * SHAPES.length * 12);
    for (const { name, dtype, shape, values } of cases) {
      const array = await readNpy(join(folder, name));
      expect({ name, dtype: array.dtype, shape: array.shape, values: [...array.data].map(String) }).toEqual({ name, dtype, shape, values });
    }
    for (const name of ['stored.npz', 'packed.npz']) {
      const { x, y } = await readNpz(join(folder, name));
      expect(x).toEqual({ dtype: 'float32', shape: [100, 1000], data: Float32Array.from({ length: 100_000 }, (_, index) => index) });
      expect(y).toEqual({ dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) });
    }
  });

  it('reads what writeNpy and writeNpz write, and would have written the same bytes', async () => {
    requireNumpy();
    const folder = await temporaryFolder();
    const arrays: { readonly [name: string]: NewNpyArray } = {
      'a.npy': { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] },
      'b.npy': { data: Uint8Array.of(1, 0), dtype: 'bool' },
      'c.npy': { data: BigInt64Array.of(-(2n ** 63n)), shape: [] },
      'd.npy': { data: Float32Array.of(0.5, -2), dtype: 'float16' },
      'e.npy': { data: new Float64Array(0), shape: [0, 4] },
      'f.npy': { data: Float32Array.of(1, 2), dtype: 'complex64' },
    };
    for (const [name, array] of Object.entries(arrays)) await writeNpy(join(folder, name), array);
    const all = { x: { data: Float32Array.of(1, 2, 3) }, y: { data: new Int32Array(1000).fill(2), shape: [10, 100] } };
    await writeNpz(join(folder, 'own.npz'), all);
    await writeNpz(join(folder, 'own-packed.npz'), all, { compress: true });
    const { found, archives } = JSON.parse(await python(LOAD, [folder], JSON.stringify(Object.keys(arrays))));
    expect(found).toEqual([
      { dtype: 'float32', shape: [2, 3], values: ['1.0', '2.0', '3.0', '4.0', '5.0', '6.0'], same: true },
      { dtype: 'bool', shape: [2], values: ['True', 'False'], same: true },
      { dtype: 'int64', shape: [], values: ['-9223372036854775808'], same: true },
      { dtype: 'float16', shape: [2], values: ['0.5', '-2.0'], same: true },
      { dtype: 'float64', shape: [0, 4], values: [], same: true },
      { dtype: 'complex64', shape: [1], values: ['(1+2j)'], same: true },
    ]);
    const expected = { x: ['float32', [3], 6], y: ['int32', [10, 100], 2000] };
    expect(archives).toEqual([expected, expected]);
  });
});

it('Pillow sees the pixels of each odd picture that imageFolder gives (those of CMYK and with opacity aside)', async () => {
  requireNumpy();
  const names = [
    'exif-invalid.jpg',
    'exif-orientation-3.jpg',
    'exif-orientation-6.jpg',
    'exif-orientation-7.jpg',
    'gray-baseline.jpg',
    'lossy.webp',
    'progressive.jpg',
    'rgb-16bit.png',
  ];
  const [from, to] = [sharedData('odd-images'), await temporaryFolder()];
  await python(PILLOW, [from, to], JSON.stringify(names));
  for (const name of names) {
    const { shape, data } = await readNpy(join(to, `${name}.npy`));
    const [height = 0, width = 0] = shape;
    const folder = imageFolder(from, { size: [height, width], dtype: 'uint8', classes: false });
    for await (const { images } of folder.subset([folder.paths.indexOf(name)])) {
      const farthest = images.reduce((most, value, at) => Math.max(most, Math.abs(value - (data[at] as number))), 0);
      expect({ name, farthest: farthest <= 2 }).toEqual({ name, farthest: true });
    }
  }
});
