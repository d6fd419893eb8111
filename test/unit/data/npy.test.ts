import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { readNpy, readNpz, writeNpy, writeNpz, type NewNpyArray, type NpyArray } from '../../../src/data.ts';
import { fromHalf, toHalf } from '../../../src/core/formats/float16.ts';
import { zipDirectory, zipLocalHeader } from '../../../src/core/formats/zip-headers.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { fc } from '../../helpers/properties.ts';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});

function file(bytes: Uint8Array, name = 'a.npy'): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function npy(header: string, data: readonly number[], version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), version, 0, ...length, ...text, ...data]);
}

const head = (descr: string, shape: string, order = 'False'): string =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

describe('a .npy file', () => {
  it.each([
    ['bool', "'|b1'", [1, 0, 2], [1, 0, 1]],
    ['int8', "'|i1'", [255, 1], [-1, 1]],
    ['uint16', "'<u2'", [1, 2], [0x0201]],
    ['uint16', "'>u2'", [1, 2], [0x0102]],
    ['int64', "'<i8'", [254, 255, 255, 255, 255, 255, 255, 255], [-2n]],
    ['float16', "'<f2'", [0x00, 0x3c, 0x00, 0xc0], [1, -2]],
    ['float32', "'>f4'", [0x3f, 0xc0, 0, 0], [1.5]],
    ['complex64', "'>c8'", [0x3f, 0x80, 0, 0, 0x40, 0, 0, 0], [1, 2]],
  ])('of %s, %s', async (dtype, descr, bytes, values) => {
    const count = values.length / (dtype === 'complex64' ? 2 : 1);
    for (const version of [1, 2, 3]) {
      const array = await readNpy(file(npy(head(descr, `(${count},)`), bytes, version)));
      expect({ dtype: array.dtype, shape: array.shape, data: [...array.data] }).toEqual({ dtype, shape: [count], data: values });
    }
  });

  it('in Fortran order comes row by row', async () => {
    const array = await readNpy(file(npy(head("'|u1'", '(2, 3)', 'True'), [1, 4, 2, 5, 3, 6])));
    expect([...array.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('may be a single number, or empty', async () => {
    expect(await readNpy(file(npy(head("'|u1'", '()'), [7])))).toEqual({ dtype: 'uint8', shape: [], data: Uint8Array.of(7) });
    expect(await readNpy(file(npy(head("'<f8'", '(0, 3)'), [])))).toEqual({ dtype: 'float64', shape: [0, 3], data: new Float64Array(0) });
  });

  it('is written and read back the same, whatever the type and shape', async () => {
    const arrays: readonly NewNpyArray[] = [
      { data: Uint8Array.of(1, 0, 1), dtype: 'bool' },
      { data: Float32Array.of(1, -2.5, Number.NaN, Infinity, 65_504, 2 ** -24), dtype: 'float16', shape: [2, 3] },
      { data: BigInt64Array.of(-1n, 2n ** 62n) },
      { data: Float64Array.of(1, 2, 3, 4), dtype: 'complex128' },
      { data: Int16Array.of(5), shape: [] },
      { data: new Uint32Array(0), shape: [3, 0] },
      { data: new Float32Array(10).subarray(2, 8), shape: [1, 6, 1] },
    ];
    for (const { data, shape, dtype } of arrays) {
      const path = join(folder, 'sub', 'new.npy');
      await writeNpy(path, { data, ...(shape === undefined ? {} : { shape }), ...(dtype === undefined ? {} : { dtype }) });
      const back = await readNpy(path);
      expect([...back.data]).toEqual([...data]);
      if (shape !== undefined) expect(back.shape).toEqual(shape);
      if (dtype !== undefined) expect(back.dtype).toBe(dtype);
    }
  });
});

describe('what is no .npy file that can be read is refused by name', () => {
  it.each([
    ['empty', new Uint8Array(0), /no \.npy file: .*found an empty file/],
    ['a zip file', new TextEncoder().encode('PK\u0003\u0004abcdef'), /no \.npy file/],
    ['of version 4', npy(head("'|u1'", '(1,)'), [1], 4), /unknown version of \.npy: expected 1 to 3, found 4\.0/],
    ['of objects', npy(head("'|O'", '(1,)'), [1]), /a type that is not read: expected bool, .*, found 'O': Python objects \(pickle\)/],
    ['of texts', npy(head("'<U5'", '(1,)'), []), /found 'U5': texts/],
    ['of dates', npy(head("'<M8[ns]'", '(1,)'), []), /found 'M8\[ns\]': dates/],
    ['of long doubles', npy(head("'<f16'", '(1,)'), []), /found 'f16': floats of another width/],
    ['of records', npy(head("[('a', '<i4'), ('b', '<f8')]", '(1,)'), []), /records of several fields/],
    ['with a program for a header', npy(`__import__('os').system('true')\n`, []), /the header is not understood/],
    ['with a negative length', npy(head("'|u1'", '(-1,)'), []), /the header is not understood/],
    ['with endless brackets', npy('['.repeat(60_000), []), /the header is not understood/],
    ['cut off', npy(head("'|u1'", '(4,)'), [1, 2]), /cut off: expected \d+ bytes for the shape \[4\], found \d+ bytes/],
    ['too long', npy(head("'|u1'", '(1,)'), [1, 2]), /bytes are left over after the data/],
    ['of a size that no memory has', npy(head("'<f8'", '(4294967296, 4294967296)'), []), /more bytes than there can be/],
    ['cut off in the header', npy(head("'|u1'", '(4,)'), []).subarray(0, 30), /the header is cut off/],
  ])('%s', async (_what, bytes, message) => {
    const error: unknown = await readNpy(file(bytes)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MLO_DATA' });
    expect((error as Error).message).toMatch(message);
  });

  it('and what does not belong together is not written', async () => {
    const path = join(folder, 'never.npy');
    await expect(writeNpy(path, { data: Uint8Array.of(1, 2), shape: [3] })).rejects.toThrow(
      /the shape \[3\] of uint8: expected 3 numbers, found 2/,
    );
    await expect(writeNpy(path, { data: Uint8Array.of(1), dtype: 'float16' })).rejects.toThrow(
      /dtype float16: expected data in a Float32Array, found Uint8Array/,
    );
    await expect(writeNpy(path, { data: [1, 2] as unknown as Uint8Array })).rejects.toThrow(/a type that is not written/);
    await expect(readNpy(path)).rejects.toThrow(/does not exist/);
  });
});

it('half precision is rounded to the nearest, ties to even, and exact on the way back', () => {
  for (let bits = 0; bits < 0x1_0000; bits += 1) {
    const value = fromHalf(bits);
    if (!Number.isNaN(value)) expect(toHalf(value)).toBe(bits);
  }
  expect([2049, 2051, 65_519, 65_520, 2 ** -25, 2 ** -25 * 1.01, -1e-10].map((value) => fromHalf(toHalf(value)))).toEqual([
    2048,
    2052,
    65_504,
    Infinity,
    0,
    2 ** -24,
    -0,
  ]);
});

/** An archive around ready entries, whose headers say what the test wants. */
function zip(name: string, bytes: Uint8Array, changes: { deflated?: boolean; bytes?: number; crc32?: number } = {}): Uint8Array {
  const packed = changes.deflated === true ? deflateRawSync(bytes) : bytes;
  const entry = { name, deflated: false, crc32: crc32(bytes), packedBytes: packed.length, bytes: bytes.length, position: 0, ...changes };
  const header = zipLocalHeader(entry);
  return Buffer.concat([header, packed, zipDirectory([entry], header.length + packed.length)]);
}

describe('a .npz file', () => {
  const arrays = {
    x: { data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] },
    'labels/é': { data: Int32Array.of(7) },
    __proto__x: { data: new Uint8Array(5000) },
  };

  it.each([false, true])('is written and read back, compress: %s', async (compress) => {
    const path = join(folder, 'a.npz');
    await writeNpz(path, arrays, { compress });
    const before = readFileSync(path);
    const back = await readNpz(path);
    expect(Object.keys(back)).toEqual(Object.keys(arrays));
    expect(back['x']).toEqual({ dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } satisfies NpyArray);
    await writeNpz(path, arrays, { compress });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  const good = npy(head("'|u1'", '(3,)'), [1, 2, 3]);
  it.each([
    ['no archive', good, /no \.npz file, or it is cut off/],
    ['another checksum', zip('x.npy', good, { crc32: 1 }), /the bytes of 'x\.npy' are damaged: expected .* CRC-32 00000001/],
    ['a size that it cannot have', zip('x.npy', good, { bytes: 2 ** 32 - 2 }), /'x\.npy' declares a size that it cannot have/],
    ['less unpacked than declared', zip('x.npy', good, { deflated: true, bytes: good.length + 1 }), /the bytes of 'x\.npy' are damaged/],
    ['more unpacked than declared', zip('x.npy', good, { deflated: true, bytes: good.length - 1 }), /the bytes of 'x\.npy' are damaged/],
    ['a file that is no array', zip('x.txt', good), /'x\.txt' in it is no array/],
    ['an array that is none', zip('x.npy', Uint8Array.of(1, 2, 3)), /a\.npz\/x\.npy: this is no \.npy file/],
  ])('with %s is refused', async (_what, bytes, message) => {
    const error: unknown = await readNpz(file(bytes, 'a.npz')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MLO_DATA' });
    expect((error as Error).message).toMatch(message);
  });

  it('of more than the limit is refused as a whole', async () => {
    await writeNpz(join(folder, 'a.npz'), arrays);
    await expect(readNpz(join(folder, 'a.npz'), { maxBytes: 5000 })).rejects.toThrow(/too large: expected at most 5,000 bytes/);
  });

  it('with any byte changed, or cut off anywhere, is the same arrays or an MLO_DATA', async () => {
    const sound = zip('x.npy', good, { deflated: true });
    await fc.assert(
      fc.asyncProperty(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, change, cut) => {
        const bytes = cut ? sound.subarray(0, at) : Uint8Array.from(sound, (byte, index) => (index === at ? byte ^ change : byte));
        const result: unknown = await readNpz(file(bytes, 'b.npz')).catch((thrown: unknown) => thrown);
        if (result instanceof Error) expect(result).toMatchObject({ code: 'MLO_DATA' });
        else for (const array of Object.values(result as { [name: string]: NpyArray })) expect([...array.data]).toEqual([1, 2, 3]);
      }),
      { numRuns: 300 },
    );
  });
});
