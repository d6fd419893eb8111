import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { RateLimit } from '../rate-limit.ts';
import { roomFor } from '../read-into.ts';
import { pieceIsUsed } from './collect-pieces.ts';
import { truncatedBody } from './errors.ts';

/** All of it; never more than the server told. `memory`: where it goes, if it is large enough. */
export async function readBody(body: Readable, size: number, limit: RateLimit | undefined, memory?: Buffer): Promise<Buffer> {
  const bytes = roomFor(size, memory);
  let done = 0;
  const take = (piece: Uint8Array): void => {
    if (done + piece.length > size) throw truncatedBody(done + piece.length, size);
    bytes.set(piece, done);
    done += piece.length;
    pieceIsUsed(piece.length);
  };
  if (limit === undefined) await readFlowing(body, take);
  else await readPaced(body, take, limit);
  if (done !== size) throw truncatedBody(done, size);
  return bytes;
}

/** Each piece as it comes: asked for one by one, pieces that wait are joined by another copy of them. */
async function readFlowing(body: Readable, take: (piece: Uint8Array) => void): Promise<void> {
  body.on('data', (piece: Uint8Array) => {
    try {
      take(piece);
    } catch (error) {
      body.destroy(error as Error);
    }
  });
  await finished(body);
}

async function readPaced(body: Readable, take: (piece: Uint8Array) => void, limit: RateLimit): Promise<void> {
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    take(piece);
    await limit.pace(piece.length);
  }
}
