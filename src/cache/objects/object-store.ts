import type { Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { hashBytes } from '../../fs/hash.ts';
import type { Journal } from '../journal/journal.ts';
import type { LooseObjects } from './loose-objects.ts';
import type { ObjectSource } from './ports.ts';

/** Objects of this size and more are files of their own, so that they can be linked and streamed. */
export const LOOSE_BYTES = 64 * 1024;

export interface ObjectStoreOptions {
  readonly journal: Journal;
  readonly loose: LooseObjects;
  /** Every object is a file of its own: links need files. */
  readonly everythingLoose: boolean;
  /** Broken objects are left where they are. */
  readonly readOnly: boolean;
}

/** All places that hold objects, as one. */
export class ObjectStore {
  readonly loose: LooseObjects;
  readonly #journal: Journal;
  readonly #sources: readonly ObjectSource[];
  readonly #looseFrom: number;
  readonly #readOnly: boolean;

  constructor(options: ObjectStoreOptions) {
    this.loose = options.loose;
    this.#journal = options.journal;
    this.#sources = [options.journal, options.loose];
    this.#looseFrom = options.everythingLoose ? 0 : LOOSE_BYTES;
    this.#readOnly = options.readOnly;
  }

  /** There, and with this size; whether the bytes are right is seen when they are read. */
  has(digest: Digest, size: number): boolean {
    return this.#locate((source) => (source.sizeOf(digest) === size ? true : undefined)) === true;
  }

  /** There, whatever its size. */
  hasAny(digest: Digest): boolean {
    return this.#locate((source) => source.sizeOf(digest)) !== undefined;
  }

  /** A file that is exactly the object, where there is one. */
  fileOf(digest: Digest): string | undefined {
    return this.#locate((source) => source.fileOf(digest));
  }

  /** The object's bytes, verified. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT. For objects that fit into memory. */
  read(digest: Digest, path?: string): Buffer {
    const bytes = this.#locate((source) => source.read(digest));
    if (bytes === undefined) throw missingObject([digest], path);
    if (hashBytes(bytes) === digest) return bytes;
    this.setAside(digest);
    throw corruptObject(digest, path);
  }

  /** Takes bytes whose digest was just computed. What is there already is not written again, unless it is seen to be wrong. */
  put(digest: Digest, bytes: Uint8Array): void {
    if (bytes.length >= this.#looseFrom) {
      if (this.loose.sizeOf(digest) !== bytes.length) this.loose.put(digest, bytes);
      return;
    }
    if (this.#journal.isOwn(digest)) return;
    const present = this.#journal.read(digest);
    if (present === undefined || !present.equals(bytes)) this.#journal.put(digest, bytes);
  }

  /** From now on the object counts as missing, so that good bytes can be stored again. */
  setAside(digest: Digest): void {
    if (this.#readOnly) return;
    for (const source of this.#sources) source.setAside(digest);
  }

  /** After this, what was put survives the end of the process. */
  push(): void {
    this.#journal.push();
  }

  /** A second look, because another process may have added the object since the first. */
  #locate<T>(look: (source: ObjectSource) => T | undefined): T | undefined {
    for (const source of this.#sources) {
      const found = look(source);
      if (found !== undefined) return found;
    }
    if (!this.#sources.map((source) => source.refresh()).includes(true)) return undefined;
    for (const source of this.#sources) {
      const found = look(source);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

export function missingObject(digests: readonly Digest[], path?: string): MloError {
  const what = digests.length === 1 ? `Object ${String(digests[0])} is` : `${digests.length} objects are`;
  return new MloError('MLO_OBJECT_MISSING', `${what} not in the cache${path === undefined ? '' : `; '${path}' cannot be checked out`}`, {
    hint: 'Run `mlo repro` to make the data again, or copy the cache from a machine that has it',
    details: { digests: digests.slice(0, 100), ...(path === undefined ? {} : { path }) },
  });
}

export function corruptObject(digest: Digest, path?: string): MloError {
  const where = path === undefined ? '' : `; '${path}' was left as it is`;
  return new MloError('MLO_OBJECT_CORRUPT', `Object ${digest} in the cache is damaged: its bytes do not have that digest${where}`, {
    hint: 'It was moved to `corrupt/` in the cache folder. Run `mlo repro` to make the data again, or `mlo add` where the file is still good',
    details: { digest, ...(path === undefined ? {} : { path }) },
  });
}
