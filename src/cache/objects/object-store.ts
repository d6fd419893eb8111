import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { Journal } from '../journal/journal.ts';
import { damagedPacks, type Packs } from '../packs/packs.ts';
import type { LooseObjects } from './loose-objects.ts';
import type { ObjectSource, StoredObject } from './ports.ts';
import { digestText } from '../../fs/hash.ts';

/** Objects of this size and more are files of their own, so that they can be linked and streamed. */
export const LOOSE_BYTES = 64 * 1024;

export interface ObjectStoreOptions {
  readonly journal: Journal;
  readonly packs: Packs;
  readonly loose: LooseObjects;
  /** Nothing is written, broken objects are left where they are. */
  readonly readOnly: boolean;
}

/**
 * All places that hold objects, as one. Single objects go to the journal (each survives kill -9 by itself), many at a
 * time to packs (`PackWriter`, then `packs.adopt`), large ones become files.
 */
export class ObjectStore {
  readonly loose: LooseObjects;
  readonly packs: Packs;
  readonly journal: Journal;
  readonly #sources: readonly ObjectSource[];
  readonly #readOnly: boolean;

  constructor(options: ObjectStoreOptions) {
    this.loose = options.loose;
    this.packs = options.packs;
    this.journal = options.journal;
    // What leaves the journal is in a pack before: in this order nothing is missed on its way.
    this.#sources = [options.journal, options.packs, options.loose];
    this.#readOnly = options.readOnly;
  }

  /** There, and with this size; whether the bytes are right is seen when they are read. */
  has(digest: Digest, size: number): boolean {
    return this.#locate((source) => (source.sizeOf(digest) === size ? true : undefined)) === true;
  }

  /** There, whatever its size. */
  hasAny(digest: Digest): boolean {
    return this.sizeOf(digest) !== undefined;
  }

  /** Bytes of the object; undefined where it is not there. */
  sizeOf(digest: Digest): number | undefined {
    return this.#locate((source) => source.sizeOf(digest));
  }

  /** Objects of that many bytes become files of their own. */
  isLoose(size: number): boolean {
    return size >= LOOSE_BYTES;
  }

  /**
   * For many objects: the same by 32 bytes (`size` -1: whatever its size), among what this process knows so far; `refresh`
   * looks again. Small loose files are not looked for. A wrong false stores an object twice, which does no harm.
   */
  hasBytes(digest: Uint8Array, size: number): boolean {
    const packed = this.packs.sizeOfBytes(digest);
    if (packed !== undefined && (size === -1 || packed === size)) return true;
    const hex = digestText(digest);
    const found = this.journal.sizeOf(hex) ?? (size === -1 || this.isLoose(size) ? this.loose.sizeOf(hex) : undefined);
    return found !== undefined && (size === -1 || found === size);
  }

  /** In a pack or the journal, among what this process knows so far: no object is ever taken out of these alone. */
  isPacked(digest: Uint8Array): boolean {
    return this.packs.sizeOfBytes(digest) !== undefined || this.journal.sizeOf(digestText(digest)) !== undefined;
  }

  refresh(): boolean {
    return this.#sources.map((source) => source.refresh()).includes(true);
  }

  /** A file that is exactly the object, where there is one. Not verified: who finds it broken calls `setAside`. */
  fileOf(digest: Digest): string | undefined {
    return this.#locate((source) => source.fileOf(digest));
  }

  /** The object's bytes, verified, from whichever place has a good copy. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT. For objects that fit into memory. */
  read(digest: Digest, path?: string): Buffer {
    let isBroken = false;
    const bytes = this.#locate((source) => source.read(digest, () => (isBroken = true)));
    if (bytes !== undefined) return bytes;
    throw isBroken ? corruptObject(digest, path) : this.missing([digest], path);
  }

  /**
   * Verified bytes of many objects (`digests`: 32 bytes each), those in packs first, in the order in which they lie on the
   * disk. The bytes are to be used or copied before `take` returns. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT.
   */
  readMany(digests: Uint8Array, take: (number: number, bytes: Buffer) => void): void {
    const elsewhere: number[] = [];
    const broken = new Set<number>();
    this.packs.readMany(
      digests,
      (number, bytes) => (bytes === undefined ? void elsewhere.push(number) : take(number, bytes)),
      (number) => broken.add(number),
    );
    for (const number of elsewhere) take(number, this.#readElsewhere(digests.subarray(number * 32, number * 32 + 32), broken.has(number)));
  }

  /** Takes bytes whose digest was just computed. What is there already is not written again, unless it is seen to be wrong. */
  put(digest: Digest, bytes: Uint8Array): void {
    if (this.isLoose(bytes.length)) {
      if (this.loose.sizeOf(digest) !== bytes.length) this.loose.put(digest, bytes);
      return;
    }
    if (this.journal.isOwn(digest)) return;
    if (this.journal.read(digest) === undefined && this.packs.read(digest) === undefined) this.journal.put(digest, bytes);
  }

  /**
   * The object as a file of its own, made where it was in a pack or the journal: for links. Undefined in a cache that is
   * not written to. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT.
   */
  loosen(digest: Digest, path?: string): string | undefined {
    if (this.loose.sizeOf(digest) === undefined) {
      if (this.#readOnly) return undefined;
      this.loose.putCopy(digest, this.read(digest, path));
    }
    return this.loose.pathOf(digest);
  }

  /**
   * Verified bytes of an object that is a file of its own afterwards; a broken file gives way to a good copy from elsewhere.
   * Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT.
   */
  readLoose(digest: Digest, path?: string): Buffer {
    const own = this.loose.read(digest);
    if (own !== undefined) return own;
    const bytes = this.read(digest, path);
    this.loose.putCopy(digest, bytes);
    return bytes;
  }

  /** What `fileOf` gave was found broken. From now on that file is not there; another copy may be. */
  setAside(digest: Digest): void {
    this.loose.setAside(digest);
  }

  /** After this, what was put survives the end of the process. */
  push(): void {
    this.journal.push();
  }

  /** All copies of all objects. */
  *objects(): Generator<StoredObject> {
    this.refresh();
    for (const source of this.#sources) yield* source.objects();
  }

  /** MLO_OBJECT_CORRUPT where a copy was there and is broken; else MLO_OBJECT_MISSING, with what is known about packs that cannot be read. */
  missing(digests: readonly Digest[], path?: string): MloError {
    const broken = digests.find((digest) => this.#wasSetAside(digest));
    if (broken !== undefined) return corruptObject(broken, path);
    return missingObject(digests, path, damagedPacks(this.packs));
  }

  /** By this process or an earlier one: a broken copy is kept in `corrupt/` under its digest. */
  #wasSetAside(digest: Digest): boolean {
    return existsSync(join(dirname(this.loose.folder), 'corrupt', digest));
  }

  #readElsewhere(digest: Uint8Array, isBroken: boolean): Buffer {
    const hex = digestText(digest);
    try {
      return this.read(hex);
    } catch (error) {
      throw isBroken && error instanceof MloError && error.code === 'MLO_OBJECT_MISSING' ? corruptObject(hex) : error;
    }
  }

  /** A second look, because another process may have added the object since the first. */
  #locate<T>(look: (source: ObjectSource) => T | undefined): T | undefined {
    for (const source of this.#sources) {
      const found = look(source);
      if (found !== undefined) return found;
    }
    if (!this.refresh()) return undefined;
    for (const source of this.#sources) {
      const found = look(source);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

export function missingObject(digests: readonly Digest[], path?: string, why?: string): MloError {
  const what = digests.length === 1 ? `Object ${String(digests[0])} is` : `${digests.length} objects are`;
  const consequence = path === undefined ? '' : `; '${path}' cannot be checked out`;
  const reason = why === undefined ? '' : `; ${why}`;
  return new MloError('MLO_OBJECT_MISSING', `${what} not in the cache${consequence}${reason}`, {
    hint: '`mlo verify --repair` looks for another copy. Else make the data again (`mlo repro`, if a stage makes it), `mlo add` it from where it still is, or copy the cache from a machine that has it',
    details: { digests: digests.slice(0, 100), ...(path === undefined ? {} : { path }) },
  });
}

export function corruptObject(digest: Digest, path?: string): MloError {
  const where = path === undefined ? '' : `; '${path}' was left as it is`;
  return new MloError('MLO_OBJECT_CORRUPT', `Object ${digest} in the cache is damaged: its bytes do not have that digest${where}`, {
    hint: 'It was moved to `corrupt/` in the cache folder. `mlo verify --repair` looks for another copy. Else make the data again (`mlo repro`, if a stage makes it), or `mlo add` it where the file is still good',
    details: { digest, ...(path === undefined ? {} : { path }) },
  });
}
