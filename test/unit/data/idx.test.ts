import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { readIdx } from '../../../src/data.ts';
import { sharedData, temporaryFolder } from '../../helpers/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});

function idx(type: number, shape: readonly number[], data: readonly number[]): Uint8Array {
  const lengths = shape.flatMap((length) => [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]);
  return Uint8Array.from([0, 0, type, shape.length, ...lengths, ...data]);
}

function file(bytes: Uint8Array, name = 'a.idx'): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

describe('an IDX file', () => {
  it.each([
    [8, 'uint8', [1, 255], [1, 255]],
    [9, 'int8', [1, 255], [1, -1]],
    [11, 'int16', [0x01, 0x02, 0xff, 0xfe], [0x0102, -2]],
    [12, 'int32', [0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff], [65_536, -1]],
    [13, 'float32', [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0], [1.5, -2]],
    [14, 'float64', [0x3f, 0xf8, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], [1.5, -2]],
  ])('of type %i holds %s, big-endian', async (type, dtype, bytes, values) => {
    const plain = await readIdx(file(idx(type, [2], bytes)));
    expect(plain).toMatchObject({ dtype, shape: [2] });
    expect([...plain.data]).toEqual(values);
    expect(await readIdx(file(gzipSync(idx(type, [2], bytes)), 'b.gz'))).toEqual(plain);
  });

  it('may have no elements', async () => {
    expect(await readIdx(file(idx(8, [0, 28, 28], [])))).toEqual({ dtype: 'uint8', shape: [0, 28, 28], data: new Uint8Array(0) });
  });

  it('is read as it was published: 720 pictures of 28x28 and their labels', async () => {
    const images = await readIdx(join(sharedData('fashion-mnist-sample'), 'train-images-idx3-ubyte.gz'));
    const labels = await readIdx(join(sharedData('fashion-mnist-sample'), 'train-labels-idx1-ubyte.gz'));
    expect(images.shape).toEqual([720, 28, 28]);
    expect(labels.shape).toEqual([720]);
    const perClass = new Map<number, number>();
    for (const label of labels.data) perClass.set(label, (perClass.get(label) ?? 0) + 1);
    expect([...perClass.values()]).toEqual(Array.from({ length: 10 }, () => 72));
  });
});

describe('what is no sound IDX file is refused with its path, what was expected and what was found', () => {
  const good = idx(8, [2, 2], [1, 2, 3, 4]);
  const gzip = gzipSync(good);
  it.each([
    ['empty', new Uint8Array(0), /a\.idx: this is no IDX file: expected it to begin with 00 00, .*, found an empty file/],
    ['of another kind', new TextEncoder().encode('hello'), /no IDX file: .*found the bytes 68 65 6c 6c/],
    ['of an unknown type', idx(10, [1], [1]), /expected 0x08 \(uint8\), .*found 0x0a/],
    ['without dimensions', idx(8, [], []), /without dimensions/],
    ['cut off in the header', good.subarray(0, 9), /header is cut off: expected 12 bytes, found 9 bytes/],
    ['cut off in the data', good.subarray(0, 14), /cut off: expected 16 bytes for the shape \[2, 2\], found 14 bytes/],
    [
      'followed by more',
      Uint8Array.from([...good, 0]),
      /left over after the data: expected 16 bytes for the shape \[2, 2\], found 17 bytes/,
    ],
    ['of a size that no memory has', idx(14, [0xffff_ffff, 0xffff_ffff, 0xffff_ffff], []), /more bytes than there can be, for the shape/],
    ['packed, and cut off inside', gzipSync(good.subarray(0, 14)), /cut off: expected 16 bytes for the shape \[2, 2\], found 14 bytes/],
    ['packed, and cut off outside', gzip.subarray(0, gzip.length - 12), /gzip data is damaged or cut off/],
    [
      'packed, with another checksum',
      Uint8Array.from(gzip, (byte, at) => (at === gzip.length - 8 ? byte ^ 1 : byte)),
      /gzip data is damaged/,
    ],
    ['packed, followed by more', gzipSync(Uint8Array.from([...good, 0])), /left over after the data: .*found more/],
    ['packed, of a size that it cannot have', gzipSync(idx(8, [1_000_000], [1])), /expected 1,000,008 bytes .*found at most [\d,]+ bytes/],
  ])('%s', async (_what, bytes, message) => {
    const error: unknown = await readIdx(file(bytes)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MLO_DATA', details: { path: join(folder, 'a.idx') } });
    expect((error as Error).message).toMatch(message);
  });

  it('a file that is missing, a folder, and one beyond the limit', async () => {
    await expect(readIdx(join(folder, 'none'))).rejects.toThrow(/none: it does not exist/);
    await expect(readIdx(folder)).rejects.toThrow(/this is no file: found a folder/);
    const path = file(idx(8, [5], [1, 2, 3, 4, 5]));
    await expect(readIdx(path, { maxBytes: 4 })).rejects.toMatchObject({ hint: 'Give a larger limit: { maxBytes: 5 }' });
  });

  it('any byte of it changed gives data or an MLO_DATA, never anything else', async () => {
    const bytes = readFileSync(file(gzip, 'good.gz'));
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 0x5a : byte));
      const result: unknown = await readIdx(file(changed)).catch((thrown: unknown) => thrown);
      if (result instanceof Error) expect(result).toMatchObject({ code: 'MLO_DATA' });
      else expect(result).toMatchObject({ dtype: 'uint8', shape: [2, 2], data: new Uint8Array([1, 2, 3, 4]) });
    }
  });
});
