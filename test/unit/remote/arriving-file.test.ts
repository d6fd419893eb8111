import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hashBytes } from '../../../src/fs/hash.ts';
import { ArrivingFile } from '../../../src/remote/pull/arriving-file.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const LENGTHS = [70_000, 1, 65_536, 200_000, 16_384, 3, 262_144, 90_000, 1_500_000, 12];
/** Numbers of chunks, as they come by ranges. */
const ORDERS: readonly (readonly number[][])[] = [
  [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]],
  [
    [5, 6, 7, 8, 9],
    [0, 1, 2],
    [4, 3],
  ],
  [[1], [3], [5], [7], [9], [0], [2], [4], [6], [8]],
  [[8, 0], [9, 1, 3], [2], [6, 7, 5], [4]],
];

const whole = randomBytes(LENGTHS.reduce((sum, length) => sum + length, 0));
const chunks = LENGTHS.map((length, number) => {
  const at = LENGTHS.slice(0, number).reduce((sum, each) => sum + each, 0);
  return { at, length, digest: Buffer.from(hashBytes(whole.subarray(at, at + length)), 'hex') };
});

it('a file has the digest of its bytes in whatever order its chunks come, from memory that is used again', async () => {
  const folder = await temporaryFolder();
  for (const [number, order] of ORDERS.entries()) {
    const file = new ArrivingFile(join(folder, String(number)), chunks);
    for (const range of order) {
      const memory = Buffer.alloc(whole.length);
      for (const chunk of range) {
        const { at, length } = chunks[chunk] as (typeof chunks)[number];
        file.write(chunk, memory.fill(whole.subarray(at, at + length), at, at + length).subarray(at, at + length));
      }
      memory.fill(0);
    }
    expect(file.digest()).toBe(hashBytes(whole));
    await file.close();
    expect(readFileSync(file.path).equals(whole)).toBe(true);
  }
});

it('what lies at the path stays, and a file that is given up leaves nothing', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'file');
  const file = new ArrivingFile(path, chunks);
  expect(() => new ArrivingFile(path, chunks)).toThrow(expect.objectContaining({ code: 'MLO_CACHE_IO' }));
  file.write(0, whole.subarray(0, LENGTHS[0]));
  await file.remove();
  expect(existsSync(path)).toBe(false);
});
