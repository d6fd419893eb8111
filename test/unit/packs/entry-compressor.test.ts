import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { EntryCompressor } from '../../../src/cache/packs/entry-encoding.ts';

/** Saves just enough to be kept, and too little to change the mind about its kind. */
function justSmaller(): Buffer {
  return Buffer.concat([randomBytes(6400), Buffer.alloc(1792)]);
}

it('tries one in 256 files of a kind that does not get smaller, and no more', () => {
  const compressor = new EntryCompressor();
  const isTried = (bytes: Uint8Array): boolean => compressor.compress(bytes, 'file', '.bin') !== undefined;
  for (let file = 0; file < 8 + 200; file += 1) isTried(randomBytes(8192));
  const tried = Array.from({ length: 1024 }, () => isTried(justSmaller()));
  expect(tried.filter(Boolean)).toHaveLength(4);
});

it('compresses all files of a kind that gets smaller', () => {
  const compressor = new EntryCompressor();
  const stored = Array.from({ length: 600 }, () => compressor.compress(Buffer.alloc(8192, 'text '), 'file', '.txt'));
  expect(stored.every((each) => each !== undefined)).toBe(true);
});
