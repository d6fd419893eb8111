import { Blake3Hasher } from '@napi-rs/blake-hash';
import { open } from 'node:fs/promises';
import type { Digest } from '../core/content.ts';
import { throwIfInterrupted } from './interrupt.ts';

/** Large files are read in pieces of 4 MiB: 64 KiB and 4 MiB were the fast ones, 1 MiB was slow on every try. */
export const STREAM_BYTES = 4 * 1024 * 1024;

/** Used again and again: with one for each of many small files, making it and its memory would cost more than the hashing. */
let small: Blake3Hasher | undefined;
const decoded = Buffer.alloc(32);

/** BLAKE3-256; strings as UTF-8. */
export function hashBytes(bytes: string | Uint8Array): Digest {
  small ??= new Blake3Hasher();
  small.reset();
  return small.update(bytes).digest('hex') as Digest;
}

/** The same as 32 bytes, for where many are kept. As text first: bytes that a native module hands over cost the collector twice that. */
export function digestBytes(bytes: Uint8Array): Uint8Array {
  decoded.write(hashBytes(bytes), 'hex');
  return new Uint8Array(decoded);
}

/** 32 bytes of a digest as text. */
export function digestText(bytes: Uint8Array): Digest {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex') as Digest;
}

export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Digest;
}

export function createHasher(): Hasher {
  const hasher = new Blake3Hasher();
  return {
    update(bytes) {
      hasher.update(bytes);
    },
    digest: () => hasher.digest('hex') as Digest,
  };
}

export interface HashFileOptions {
  /** Called with the bytes hashed since the last call. */
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

/** Digest and number of bytes read; bounded memory. Throws what node:fs throws, and MLO_INTERRUPTED. */
export async function hashFile(path: string | Buffer, options: HashFileOptions = {}): Promise<{ digest: Digest; size: number }> {
  const file = await open(path, 'r');
  try {
    const hasher = createHasher();
    const size = await readPieces(file, options.signal, (piece) => {
      hasher.update(piece);
      options.onBytes?.(piece.length);
    });
    return { digest: hasher.digest(), size };
  } finally {
    await file.close();
  }
}

interface Readable {
  read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
}

/**
 * Calls `take` with every piece of the file in turn, while the next one is being read; the piece's memory is used again for
 * the next but one.
 */
export async function readPieces(file: Readable, signal: AbortSignal | undefined, take: (piece: Buffer) => void): Promise<number> {
  let buffer = Buffer.allocUnsafeSlow(STREAM_BYTES);
  let spare = Buffer.allocUnsafeSlow(STREAM_BYTES);
  let size = 0;
  let reading = file.read(buffer, 0, buffer.length, 0);
  try {
    for (;;) {
      const { bytesRead } = await reading;
      throwIfInterrupted(signal);
      if (bytesRead === 0) return size;
      size += bytesRead;
      const piece = buffer.subarray(0, bytesRead);
      [buffer, spare] = [spare, buffer];
      reading = file.read(buffer, 0, buffer.length, size);
      take(piece);
    }
  } finally {
    // The file must not be closed under a reading that goes on.
    await reading.catch(() => undefined);
  }
}
