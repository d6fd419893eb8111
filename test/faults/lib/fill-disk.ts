import { closeSync, openSync, writeSync } from 'node:fs';
import { isErrno } from '../../../src/fs/errno.ts';

/** Writes until not one more byte fits. */
export function fill(path: string): void {
  const file = openSync(path, 'w');
  const bytes = noise(65_536, 3);
  try {
    for (let length = bytes.length; length > 0;) {
      try {
        if (writeSync(file, bytes, 0, length) < length) length = Math.floor(length / 2);
      } catch (error) {
        if (!isErrno(error, 'ENOSPC')) throw error;
        length = Math.floor(length / 2);
      }
    }
  } finally {
    closeSync(file);
  }
}

/** Bytes that do not compress. */
export function noise(length: number, seed: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed;
  for (let at = 0; at < words.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[at] = state;
  }
  return Buffer.from(words.buffer, 0, length);
}
