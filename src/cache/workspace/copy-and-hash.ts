import type { FileHandle } from 'node:fs/promises';
import type { Digest } from '../../core/content.ts';
import { earlySync } from '../../fs/early-sync.ts';
import { asIoError } from '../../fs/errno.ts';
import { createHasher, readPieces } from '../../fs/hash.ts';

export interface CopyOptions {
  /** Where it goes, for messages. */
  readonly shown: string;
  /** The caller makes the copy durable: the disk begins with that early. */
  readonly willSync?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** The digest of the bytes that were written. Reading, hashing and writing go on side by side. */
export async function copyAndHash(source: FileHandle, target: FileHandle, options: CopyOptions): Promise<Digest> {
  const hasher = createHasher();
  const sync = options.willSync === true ? earlySync(target) : undefined;
  await readPieces(source, options.signal, async (piece) => {
    const writing = writeWhole(target, piece, options.shown);
    hasher.update(piece);
    await writing;
    sync?.wrote(piece.length);
    options.onBytes?.(piece.length);
  });
  await sync?.done().catch((error: unknown) => {
    throw asIoError(error, 'write', options.shown);
  });
  return hasher.digest();
}

/** `FileHandle.write` may write less than it was given. */
async function writeWhole(target: FileHandle, piece: Buffer, path: string): Promise<void> {
  try {
    for (let done = 0; done < piece.length;) done += (await target.write(piece, done, piece.length - done)).bytesWritten;
  } catch (error) {
    throw asIoError(error, 'write', path);
  }
}
