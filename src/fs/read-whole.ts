import { readSync } from 'node:fs';

/** Larger files are read in pieces, so that the terminal and Ctrl-C need not wait. */
export const LARGEST_AT_ONCE = 4 * 1024 * 1024;

let memory: Buffer | undefined;

/**
 * The bytes of an open file that is said to have `size` of them, `LARGEST_AT_ONCE` at most: one more where it is longer, as many as
 * there are where it is shorter. Their memory is used again by the next call. Throws what node:fs throws.
 */
export function readWhole(file: number, size: number): Buffer {
  memory ??= Buffer.allocUnsafeSlow(LARGEST_AT_ONCE + 1);
  let done = 0;
  while (done < size) {
    const read = readSync(file, memory, done, size + 1 - done, done);
    if (read === 0) break;
    done += read;
  }
  return memory.subarray(0, done);
}
