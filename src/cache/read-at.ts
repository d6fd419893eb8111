import { readSync } from 'node:fs';

/** The bytes of an open file from `at` on; fewer where it ends before. `bytes`: memory for them. Throws what node:fs throws. */
export function readAt(file: number, at: number, length: number, bytes: Buffer = Buffer.allocUnsafe(length)): Buffer {
  let done = 0;
  while (done < length) {
    const read = readSync(file, bytes, done, length - done, at + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
