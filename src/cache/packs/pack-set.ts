import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { writeMultiPackIndex } from './build-multi-pack-index.ts';
import { MultiPackDamage, MultiPackIndex } from './multi-pack-index.ts';
import { PackDamage } from './pack-format.ts';
import type { EntryLocation } from './pack-index.ts';
import { folderMs, listPackFolder } from './pack-folder.ts';
import type { PackName } from './pack-name.ts';
import { openWithIndex, PackReader } from './pack-reader.ts';
import { digestText } from '../../fs/hash.ts';

/** Each pack that `packs/index` does not cover is opened, and searched, by itself. */
const MOST_UNCOVERED = 8;
/** Covered packs that are open at the same time. */
const MOST_OPEN = 64;
/** A file that is listed so often and cannot be opened has not been rewritten: it is a dangling symlink. */
const MOST_ATTEMPTS = 10;

export const INDEX_NAME = 'index';

/** Which packs there are, as this process knows them, and where in them an entry is. */
export class PackSet {
  readonly folder: string;
  readonly #readOnly: boolean;
  /** Of the folder when it was listed; undefined: to be listed again. */
  #listedMs: number | undefined;
  #names: ReadonlySet<PackName> = new Set();
  #broken: ReadonlyMap<PackName, ReadonlySet<Digest>> = new Map();
  readonly #damaged = new Map<PackName, string>();
  #index: MultiPackIndex | undefined;
  /** By their number in the index; undefined where the pack is gone. */
  #covered: readonly (PackName | undefined)[] = [];
  /** Newest first, as far as this process has seen them come. */
  #uncovered = new Map<PackName, PackReader>();
  readonly #opened = new Map<PackName, PackReader>();
  #canWriteIndex = true;
  /** The file is not to be opened before it was written anew. */
  #isIndexDamaged = false;

  constructor(folder: string, readOnly: boolean) {
    this.folder = folder;
    this.#readOnly = readOnly;
  }

  /** Packs that cannot be used, and why. */
  get damaged(): ReadonlyMap<PackName, string> {
    return this.#damaged;
  }

  names(): ReadonlySet<PackName> {
    if (this.#listedMs === undefined) this.refresh();
    return this.#names;
  }

  /** Calls `visit` for each place that has the digest (32 bytes), other than those known to be broken, until it answers something. */
  find<T>(digest: Uint8Array, visit: (pack: PackReader, location: EntryLocation, name: PackName) => T | undefined): T | undefined {
    if (this.#listedMs === undefined) this.refresh();
    for (const [name, reader] of this.#uncovered) {
      const row = reader.find(digest);
      const found = row < 0 || this.#isBroken(name, digest) ? undefined : visit(reader, reader.index.location(row), name);
      if (found !== undefined) return found;
    }
    if (this.#index === undefined) return undefined;
    try {
      return this.#index.find(digest, (number, location) => {
        const name = this.#covered[number];
        const reader = name === undefined || this.#isBroken(name, digest) ? undefined : this.reader(name);
        return reader === undefined || name === undefined ? undefined : visit(reader, location, name);
      });
    } catch (error) {
      if (!(error instanceof MultiPackDamage)) throw error;
      this.#distrustIndex();
      this.#load();
      return this.find(digest, visit);
    }
  }

  /** The pack, open; undefined where it is gone or damaged. */
  reader(name: PackName): PackReader | undefined {
    const open = this.#uncovered.get(name) ?? this.#opened.get(name);
    if (open !== undefined || this.#damaged.has(name)) return open;
    const reader = this.#open(name, (path) => new PackReader(path));
    if (reader === undefined) return undefined;
    const expected = this.#index?.packs.find((pack) => pack.name === name)?.size ?? reader.size;
    if (reader.size !== expected) {
      reader.close();
      this.#damaged.set(name, `it has ${reader.size} bytes instead of ${expected}`);
      return undefined;
    }
    const [oldest] = this.#opened;
    if (oldest !== undefined && this.#opened.size >= MOST_OPEN) this.#close(oldest[0]);
    this.#opened.set(name, reader);
    return reader;
  }

  /** The same with the index loaded and checked. */
  readerWithIndex(name: PackName): PackReader | undefined {
    const reader = this.reader(name);
    if (reader === undefined) return undefined;
    try {
      return reader.index.count >= 0 ? reader : undefined;
    } catch (error) {
      if (!(error instanceof PackDamage)) throw error;
      this.#close(name);
      this.#damaged.set(name, error.message);
      return undefined;
    }
  }

  /** The indexes of all packs at once would need too much memory. */
  release(name: PackName): void {
    this.#opened.get(name)?.close();
    this.#opened.delete(name);
  }

  brokenOf(name: PackName): ReadonlySet<Digest> {
    return this.#broken.get(name) ?? new Set();
  }

  setBroken(name: PackName, digests: ReadonlySet<Digest>): void {
    this.#broken = new Map([...this.#broken, [name, digests]]);
  }

  /** Lists the folder again where it has changed; true where something may be new. */
  refresh(): boolean {
    if (folderMs(this.folder) === this.#listedMs) return false;
    const before = this.#names;
    const unusable = new Set([...this.#damaged.keys(), ...this.#broken.keys()]);
    this.#load();
    return [...this.#names].some(
      (name) => !before.has(name) || (unusable.has(name) && !this.#damaged.has(name) && !this.#broken.has(name)),
    );
  }

  /** The pack was written anew under this name. */
  forget(name: PackName): void {
    this.#close(name);
    this.#damaged.delete(name);
    this.#listedMs = undefined;
  }

  close(): void {
    for (const name of [...this.#uncovered.keys(), ...this.#opened.keys()]) this.#close(name);
    this.#dropIndex();
    this.#listedMs = undefined;
  }

  #isBroken(name: PackName, digest: Uint8Array): boolean {
    const broken = this.#broken.size === 0 ? undefined : this.#broken.get(name);
    return broken?.has(digestText(digest)) === true;
  }

  /** A pack may vanish between listing and opening, because it was rewritten: then the new one is in the next listing. */
  #load(): void {
    for (let attempt = 1; ; attempt += 1) {
      this.#list();
      if (this.#openUncovered(attempt === MOST_ATTEMPTS)) return;
    }
  }

  #list(): void {
    const before = this.#broken;
    ({ folderMs: this.#listedMs, names: this.#names, broken: this.#broken } = listPackFolder(this.folder));
    this.#damaged.clear();
    for (const name of before.keys()) if (!this.#broken.has(name)) this.#close(name);
    for (const name of [...this.#uncovered.keys(), ...this.#opened.keys()]) if (!this.#names.has(name)) this.#close(name);
  }

  /** False where the folder has to be listed again. */
  #openUncovered(isLastAttempt: boolean): boolean {
    if (this.#index === undefined || this.#uncoveredNames().length > MOST_UNCOVERED) this.#openIndex();
    const names = this.#uncoveredNames();
    for (const name of names) {
      if (this.#uncovered.has(name)) continue;
      const reader = this.#open(name, openWithIndex);
      if (reader !== undefined) this.#uncovered = new Map([[name, reader], ...this.#uncovered]);
      else if (isLastAttempt) this.#damaged.set(name, this.#damaged.get(name) ?? 'it cannot be opened');
      else if (!this.#damaged.has(name)) return false;
    }
    if (this.#uncovered.size > MOST_UNCOVERED && !this.#coverAll()) return false;
    const wanted = new Set(this.#uncoveredNames());
    for (const name of this.#uncovered.keys()) if (!wanted.has(name)) this.#close(name);
    this.#covered = (this.#index?.packs ?? []).map(({ name }) => (this.#names.has(name) ? name : undefined));
    return true;
  }

  #uncoveredNames(): readonly PackName[] {
    const covered = new Set(this.#index?.packs.map((pack) => pack.name));
    return [...this.#names].filter((name) => !covered.has(name));
  }

  #openIndex(): void {
    this.#index?.close();
    this.#index = this.#isIndexDamaged ? undefined : MultiPackIndex.open(join(this.folder, INDEX_NAME));
  }

  /** Where the index cannot be written, every process opens every pack, and that works too. False where the old index was found damaged. */
  #coverAll(): boolean {
    if (this.#readOnly || !this.#canWriteIndex) return true;
    const added = [...this.#uncovered].map(([name, { size, index }]) => ({ name, size, index }));
    try {
      writeMultiPackIndex(join(this.folder, INDEX_NAME), this.#index, (pack) => this.#names.has(pack.name), added);
    } catch (error) {
      if (error instanceof MultiPackDamage) return this.#distrustIndex();
      if (!isErrno(error)) throw error;
      this.#canWriteIndex = false;
      return true;
    }
    this.#isIndexDamaged = false;
    this.#openIndex();
    return true;
  }

  #distrustIndex(): false {
    this.#dropIndex();
    this.#isIndexDamaged = true;
    return false;
  }

  #dropIndex(): void {
    this.#index?.close();
    this.#index = undefined;
    this.#covered = [];
  }

  /** Undefined where it vanished, or is damaged. */
  #open(name: PackName, open: (path: string) => PackReader): PackReader | undefined {
    const path = join(this.folder, name);
    try {
      return withIoErrors('read the pack', path, () => open(path));
    } catch (error) {
      if (error instanceof PackDamage) this.#damaged.set(name, error.message);
      else if (!(error instanceof MloError) || !isErrno(error.cause, 'ENOENT')) throw error;
      return undefined;
    }
  }

  #close(name: PackName): void {
    for (const readers of [this.#uncovered, this.#opened]) {
      readers.get(name)?.close();
      readers.delete(name);
    }
  }
}
