import type { FileHandle } from 'node:fs/promises';

/** Fills the buffer with the bytes of the file from a position on; how many there were, which is less only where the file ends. */
export async function readInto(file: FileHandle, buffer: Buffer, from: number): Promise<number> {
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, from + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** So many bytes of `memory` where it has them. */
export function roomFor(length: number, memory?: Buffer): Buffer {
  return memory !== undefined && memory.length >= length ? memory.subarray(0, length) : Buffer.allocUnsafe(length);
}
