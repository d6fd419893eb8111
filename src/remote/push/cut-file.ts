import { open } from 'node:fs/promises';
import { chunkEnd, LARGEST_CHUNK } from '../../core/chunks/cut.ts';
import type { Digest } from '../../core/content.ts';
import { createHasher, digestBytes } from '../../fs/hash.ts';
import { readInto } from '../read-into.ts';

const WINDOW_BYTES = 4 * 1024 * 1024;

type TakeChunk = (digest: Uint8Array, bytes: Buffer) => Promise<void> | void;

/** Cuts a file into chunks; the memory of one is used again after `take`. Bounded memory. Returns the digest of the whole. Throws what node:fs throws. */
export async function cutFile(path: string, take: TakeChunk): Promise<Digest> {
  const file = await open(path, 'r');
  try {
    return await cut((buffer, from) => readInto(file, buffer, from), take);
  } finally {
    await file.close();
  }
}

/** The same with bytes in memory. */
export async function cutBytes(bytes: Buffer, take: TakeChunk): Promise<Digest> {
  return await cut(async (buffer, from) => bytes.copy(buffer, 0, from, from + buffer.length), take);
}

/** `read` fills the buffer from a position on as far as there are bytes, and says how many. */
async function cut(read: (buffer: Buffer, from: number) => Promise<number>, take: TakeChunk): Promise<Digest> {
  const hasher = createHasher();
  const window = Buffer.allocUnsafeSlow(WINDOW_BYTES + LARGEST_CHUNK);
  let kept = 0;
  let position = 0;
  for (;;) {
    const room = window.subarray(kept);
    const filled = await read(room, position);
    hasher.update(room.subarray(0, filled));
    position += filled;
    const end = kept + filled;
    const isLast = filled < room.length;
    let at = 0;
    while (at < end && (isLast || end - at >= LARGEST_CHUNK)) {
      const next = chunkEnd(window, at, end);
      const chunk = window.subarray(at, next);
      await take(digestBytes(chunk), chunk);
      at = next;
    }
    if (isLast) return hasher.digest();
    window.copy(window, 0, at, end);
    kept = end - at;
  }
}
