import { rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { readAt } from '../../cache/read-at.ts';
import type { Digest } from '../../core/content.ts';
import { earlySync } from '../../fs/early-sync.ts';
import { asIoError, withIoErrors } from '../../fs/errno.ts';
import { createHasher } from '../../fs/hash.ts';
import type { RecipeChunk } from '../format/recipe-format.ts';

/** What came before its turn is read back in pieces of so many bytes. */
const READ_BACK = 1024 * 1024;
const memory = Buffer.allocUnsafeSlow(READ_BACK);

interface ArrivedChunk {
  readonly number: number;
  readonly bytes: Buffer;
}

/** A large file whose chunks come in any order. Each is hashed once all before it are there: at once where it comes in its turn, else read back. */
export class ArrivingFile {
  readonly path: string;
  readonly #chunks: readonly RecipeChunk[];
  readonly #file: FileHandle;
  #arrived: ArrivedChunk[] = [];
  /** By number of the chunk: 1 where it was written. */
  readonly #isThere: Uint8Array;
  /** Number of the first chunk that is not hashed. */
  #next = 0;
  readonly #hasher = createHasher();
  readonly #sync: ReturnType<typeof earlySync>;

  private constructor(path: string, file: FileHandle, chunks: readonly RecipeChunk[]) {
    this.path = path;
    this.#file = file;
    this.#chunks = chunks;
    this.#isThere = new Uint8Array(chunks.length);
    this.#sync = earlySync(file);
  }

  /** `path`: where nothing lies. Throws MLO_CACHE_IO. */
  static async create(path: string, chunks: readonly RecipeChunk[]): Promise<ArrivingFile> {
    const file = await open(path, 'wx+', 0o444).catch((error: unknown) => {
      throw asIoError(error, 'write the object', path);
    });
    return new ArrivingFile(path, file, chunks);
  }

  /** The bytes of a chunk, which are right; nobody changes them until `write` has ended. */
  take(number: number, bytes: Buffer): void {
    this.#arrived.push({ number, bytes });
  }

  /** Writes what was taken. Throws MLO_CACHE_IO. */
  async write(): Promise<void> {
    const arrived = this.#arrived.toSorted((a, b) => a.number - b.number);
    this.#arrived = [];
    for (const { at, bytes } of this.#pieces(arrived)) {
      await this.#writeAll(bytes, at);
      this.#sync.wrote(bytes.length);
    }
    for (const { number, bytes } of arrived) {
      this.#isThere[number] = 1;
      if (number !== this.#next) continue;
      this.#hasher.update(bytes);
      this.#next += 1;
    }
    this.#hashWhatCameBefore();
  }

  /** When every chunk was written. */
  digest(): Digest {
    return this.#hasher.digest();
  }

  /** Throws MLO_CACHE_IO, and then nothing is left. */
  async close(): Promise<void> {
    try {
      await this.#sync.done();
    } catch (error) {
      rmSync(this.path, { force: true });
      throw asIoError(error, 'write the object', this.path);
    } finally {
      await this.#file.close();
    }
  }

  async remove(): Promise<void> {
    await this.close().catch(() => undefined);
    rmSync(this.path, { force: true });
  }

  /** Chunks that follow each other in the file and in memory are written at once. */
  #pieces(arrived: readonly ArrivedChunk[]): readonly { readonly at: number; readonly bytes: Buffer }[] {
    const pieces: { at: number; bytes: Buffer }[] = [];
    for (const { number, bytes } of arrived) {
      const at = this.#at(number);
      const last = pieces.at(-1);
      if (last !== undefined && last.at + last.bytes.length === at && isBehind(last.bytes, bytes)) {
        last.bytes = Buffer.from(bytes.buffer, last.bytes.byteOffset, last.bytes.length + bytes.length);
      } else pieces.push({ at, bytes });
    }
    return pieces;
  }

  async #writeAll(bytes: Buffer, at: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;) done += (await this.#file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
    } catch (error) {
      throw asIoError(error, 'write the object', this.path);
    }
  }

  #hashWhatCameBefore(): void {
    const from = this.#at(this.#next);
    while (this.#isThere[this.#next] === 1) this.#next += 1;
    const to = this.#at(this.#next);
    withIoErrors('read the object', this.path, () => {
      for (let at = from; at < to; at += READ_BACK) this.#hasher.update(readAt(this.#file.fd, at, Math.min(READ_BACK, to - at), memory));
    });
  }

  /** Where the chunk begins; behind the last one: where the file ends. */
  #at(number: number): number {
    const last = this.#chunks.at(-1);
    return this.#chunks[number]?.at ?? (last === undefined ? 0 : last.at + last.length);
  }
}

function isBehind(first: Buffer, second: Buffer): boolean {
  return first.buffer === second.buffer && first.byteOffset + first.length === second.byteOffset;
}
