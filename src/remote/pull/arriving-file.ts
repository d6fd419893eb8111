import { closeSync, fdatasync, openSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { readAt } from '../../cache/read-at.ts';
import type { Digest } from '../../core/content.ts';
import { earlySync } from '../../fs/early-sync.ts';
import { asIoError, withIoErrors } from '../../fs/errno.ts';
import { createHasher } from '../../fs/hash.ts';
import { writeAll } from '../../fs/write-atomic.ts';
import type { RecipeChunk } from '../format/recipe-format.ts';

const syncData = promisify(fdatasync);

/** What came before its turn is read back in pieces of so many bytes. */
const READ_BACK = 256 * 1024;
const memory = Buffer.allocUnsafeSlow(READ_BACK);

/** A large file whose chunks come in any order. Each is hashed once all before it are there: at once where it comes in its turn, else read back. Throws MLO_CACHE_IO. */
export class ArrivingFile {
  readonly path: string;
  readonly #chunks: readonly RecipeChunk[];
  readonly #file: number;
  /** By number of the chunk: 1 where it was written. */
  readonly #isThere: Uint8Array;
  /** Number of the first chunk that is not hashed. */
  #next = 0;
  readonly #hasher = createHasher();
  readonly #sync: ReturnType<typeof earlySync>;

  /** `path`: where nothing lies. */
  constructor(path: string, chunks: readonly RecipeChunk[]) {
    this.path = path;
    this.#chunks = chunks;
    this.#file = withIoErrors('write the object', path, () => openSync(path, 'wx+', 0o444));
    this.#isThere = new Uint8Array(chunks.length);
    this.#sync = earlySync({ datasync: () => syncData(this.#file) });
  }

  /** The bytes of a chunk, which are right. */
  write(number: number, bytes: Buffer): void {
    withIoErrors('write the object', this.path, () => writeAll(this.#file, bytes, this.#at(number)));
    this.#isThere[number] = 1;
    this.#sync.wrote(bytes.length);
    if (number !== this.#next) return;
    this.#hasher.update(bytes);
    this.#next += 1;
    this.#hashWhatCameBefore();
  }

  /** When every chunk was written. */
  digest(): Digest {
    return this.#hasher.digest();
  }

  /** Where that fails nothing is left. */
  async close(): Promise<void> {
    try {
      await this.#sync.done();
    } catch (error) {
      rmSync(this.path, { force: true });
      throw asIoError(error, 'write the object', this.path);
    } finally {
      closeSync(this.#file);
    }
  }

  async remove(): Promise<void> {
    await this.close().catch(() => undefined);
    rmSync(this.path, { force: true });
  }

  #hashWhatCameBefore(): void {
    const from = this.#at(this.#next);
    while (this.#isThere[this.#next] === 1) this.#next += 1;
    const to = this.#at(this.#next);
    withIoErrors('read the object', this.path, () => {
      for (let at = from; at < to; at += READ_BACK) this.#hasher.update(readAt(this.#file, at, Math.min(READ_BACK, to - at), memory));
    });
  }

  /** Where the chunk begins; behind the last one: where the file ends. */
  #at(number: number): number {
    const last = this.#chunks.at(-1);
    return this.#chunks[number]?.at ?? (last === undefined ? 0 : last.at + last.length);
  }
}
