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
