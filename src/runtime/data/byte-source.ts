import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { dataError } from '../../core/formats/data-error.ts';
import { openDataFile } from './data-file.ts';

const CHUNK_BYTES = 1024 * 1024;

/** Deflate makes at most 1,032 bytes of one. */
const MOST_INFLATED = 1032;

/** A file from its start to its end, unpacked where it is gzip, one chunk in memory at a time. */
export interface ByteSource extends AsyncDisposable {
  readonly shown: string;
  /** It cannot have more bytes than this; the exact number where it is not packed. */
  readonly atMost: number;
  readonly packed: boolean;
  /** The next bytes, fewer than `count` only at the end. */
  take(count: number): Promise<Uint8Array>;
  /** Returns how many bytes of `target` could be filled. */
  fill(target: Uint8Array): Promise<number>;
  /** Whatever comes next; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
}

/** Throws MLO_DATA; so do its functions where the gzip data is damaged. */
export function openSource(path: string): ByteSource {
  const file = openDataFile(path);
  const start = new Uint8Array(2);
  file.read(start, 0);
  const packed = start[0] === 0x1f && start[1] === 0x8b;
  const chunks = (packed ? unpacked(file.shown, pieces()) : pieces())[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);

  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let position = 0; ;) {
      const piece = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(1, file.size - position)));
      const read = file.read(piece, position);
      if (read === 0) return;
      position += read;
      yield piece.subarray(0, read);
    }
  }

  async function next(): Promise<Uint8Array | undefined> {
    if (rest.length > 0) {
      const chunk = rest;
      rest = new Uint8Array(0);
      return chunk;
    }
    const { done, value } = await chunks.next();
    return done === true ? undefined : value;
  }

  async function fill(target: Uint8Array): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const chunk = await next();
      if (chunk === undefined) break;
      const used = Math.min(chunk.length, target.length - done);
      target.set(chunk.subarray(0, used), done);
      rest = chunk.subarray(used);
      done += used;
    }
    return done;
  }

  return {
    shown: file.shown,
    packed,
    atMost: packed ? file.size * MOST_INFLATED : file.size,
    next,
    fill,
    async take(count) {
      const bytes = new Uint8Array(count);
      return bytes.subarray(0, await fill(bytes));
    },
    async [Symbol.asyncDispose]() {
      await chunks.return?.(undefined);
      file.close();
    },
  };
}

/** Whoever stops early waits until nothing reads any more. */
async function* unpacked(shown: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const fed = pipeline(Readable.from(pieces, { objectMode: false }), gunzip).catch(() => undefined);
  try {
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code?.startsWith('Z_')) throw error;
    throw dataError(shown, `its gzip data is damaged or cut off: ${(error as Error).message}`, { cause: error });
  } finally {
    gunzip.destroy();
    await fed;
  }
}
