import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Digest } from '../../core/content.ts';
import { withIoErrors } from '../../fs/errno.ts';
import type { CorruptFolder } from '../objects/corrupt-folder.ts';
import type { ObjectSource, StoredObject } from '../objects/ports.ts';
import { addToBrokenList } from './broken-list.ts';
import { DIGEST_BYTES } from './pack-format.ts';
import type { EntryLocation } from './pack-index.ts';
import { brokenListName, type PackName } from './pack-name.ts';
import { withPacks, type PackReader } from './pack-reader.ts';
import { PackSet } from './pack-set.ts';
import { rewritePacks } from './rewrite-packs.ts';
import { syncPacks } from './sync-pack.ts';
import { digestText } from '../../fs/hash.ts';

/** Bytes. */
const LARGEST_COMBINED = 32 * 1024 * 1024;
const MOST_OF_A_SIZE = 8;

/** All packs of a cache. Digests are hexadecimal, or in the variants for many objects 32 bytes each. */
export class Packs implements ObjectSource {
  readonly folder: string;
  readonly #corrupt: CorruptFolder | undefined;
  readonly #set: PackSet;
  readonly #unsynced = new Set<PackName>();

  /** Without `corrupt` the cache is read-only. */
  constructor(folder: string, corrupt: CorruptFolder | undefined) {
    this.folder = folder;
    this.#corrupt = corrupt;
    this.#set = new PackSet(folder, corrupt === undefined);
  }

  /** Packs that cannot be used, and why: "its end is missing". What is in them counts as not there. */
  get damaged(): ReadonlyMap<PackName, string> {
    return this.#set.damaged;
  }

  sizeOf(digest: Digest): number | undefined {
    return this.sizeOfBytes(Buffer.from(digest, 'hex'));
  }

  sizeOfBytes(digest: Uint8Array): number | undefined {
    return this.#set.find(digest, (_pack, location) => location.raw);
  }

  read(digest: Digest, onBroken?: () => void): Buffer | undefined {
    return this.readBytes(Buffer.from(digest, 'hex'), onBroken);
  }

  readBytes(digest: Uint8Array, onBroken?: () => void): Buffer | undefined {
    const broken: { name: PackName; stored: Buffer }[] = [];
    const bytes = this.#set.find(digest, (pack, location, name) => {
      const read = pack.readEntry(location, digest);
      if (read === undefined) broken.push({ name, stored: pack.readStored(location) });
      return read;
    });
    for (const { name, stored } of broken) {
      onBroken?.();
      this.#setAside(name, digestText(digest), stored);
    }
    return bytes;
  }

  /**
   * Verified bytes of many objects, read in the order in which they lie on the disk. `digests`: 32 bytes each, one after
   * the other. `take` gets the number of the digest, and undefined where no good copy is here; the bytes are to be
   * used or copied before it returns.
   */
  readMany(digests: Uint8Array, take: (number: number, bytes: Buffer | undefined) => void, onBroken?: (number: number) => void): void {
    const digestOf = (number: number): Uint8Array => digests.subarray(number * DIGEST_BYTES, (number + 1) * DIGEST_BYTES);
    const one = (number: number): void =>
      take(
        number,
        this.readBytes(digestOf(number), () => onBroken?.(number)),
      );
    for (const [name, { numbers, locations }] of this.#locate(digests.length / DIGEST_BYTES, digestOf, (number) =>
      take(number, undefined),
    )) {
      const pack = this.#set.reader(name);
      if (pack === undefined) numbers.forEach(one);
      else {
        pack.readMany(
          locations,
          (entry) => digestOf(numbers[entry] ?? 0),
          (entry, bytes) => (bytes === undefined ? one(numbers[entry] ?? 0) : take(numbers[entry] ?? 0, bytes)),
        );
      }
    }
  }

  fileOf(): undefined {
    return undefined;
  }

  refresh(): boolean {
    return this.#set.refresh();
  }

  names(): ReadonlySet<PackName> {
    return this.#set.names();
  }

  /** Of all packs that can be read, entries known to be broken left out. An object may come more than once. */
  *objects(): Generator<StoredObject> {
    for (const pack of this.packs()) {
      const broken = this.#set.brokenOf(pack.name);
      for (let row = 0; row < pack.reader.index.count; row += 1) {
        const digest = digestText(pack.reader.index.digest(row));
        if (!broken.has(digest)) yield { digest, size: pack.reader.index.rawLength(row) };
      }
    }
  }

  /** Every pack, with its index; open until the next one is asked for. Damaged ones are in `damaged` afterwards. */
  *packs(): Generator<{ readonly name: PackName; readonly reader: PackReader; readonly broken: ReadonlySet<Digest> }> {
    for (const name of this.#set.names()) {
      const reader = this.#set.readerWithIndex(name);
      if (reader === undefined) continue;
      yield { name, reader, broken: this.#set.brokenOf(name) };
      this.#set.release(name);
    }
  }

  /** The packs were sealed by a writer of this process: from now on they are found, and `flush` makes them durable. */
  adopt(names: readonly PackName[], isDurable = false): void {
    for (const name of names) {
      this.#set.forget(name);
      if (!isDurable) this.#unsynced.add(name);
    }
  }

  async flush(): Promise<void> {
    if (this.#unsynced.size === 0) return;
    const paths = [...this.#unsynced].map((name) => join(this.folder, name));
    this.#unsynced.clear();
    await syncPacks(this.folder, paths);
  }

  /**
   * New packs, durable, take the place of these, with the entries that `keep` wants and whose bytes are right. Then the
   * old ones go; who has them open can read on. Packs that are damaged are left as they are. Throws MLO_CACHE_IO: then the old
   * packs are all still there.
   */
  async rewrite(names: readonly PackName[], keep: (digest: Digest) => boolean): Promise<readonly PackName[]> {
    const { written, old } = withPacks(this.folder, names, (packs) => ({
      old: [...packs.keys()],
      written: rewritePacks(this.folder, [...packs.values()], {
        keep,
        onBroken: (digest, stored) => this.#corrupt?.keepBytes(digest, stored),
      }),
    }));
    await syncPacks(
      this.folder,
      written.map((name) => join(this.folder, name)),
    );
    for (const name of old) if (!written.includes(name)) this.remove(name);
    this.adopt(written, true);
    return written;
  }

  /**
   * Many commands leave many small packs: where more than eight are of about the same size, one takes their place. Each byte
   * is copied a few times at most, for packs only get larger by it; large ones stay as they are.
   */
  async combineSmall(): Promise<void> {
    const classes = new Map<number, PackName[]>();
    for (const name of this.#set.names()) {
      const size = statSync(join(this.folder, name), { throwIfNoEntry: false })?.size ?? 0;
      if (size === 0 || size >= LARGEST_COMBINED || this.damaged.has(name)) continue;
      const sizeClass = Math.floor(Math.log2(size) / 3);
      classes.set(sizeClass, [...(classes.get(sizeClass) ?? []), name]);
    }
    for (const names of classes.values()) if (names.length > MOST_OF_A_SIZE) await this.rewrite(names, () => true);
  }

  /** Deletes the pack and all that is in it. */
  remove(name: PackName): void {
    withIoErrors('delete the pack', join(this.folder, name), () => {
      rmSync(join(this.folder, name), { force: true });
      rmSync(join(this.folder, brokenListName(name)), { force: true });
    });
    this.#set.forget(name);
  }

  close(): void {
    this.#set.close();
  }

  #locate(
    count: number,
    digestOf: (number: number) => Uint8Array,
    onMissing: (number: number) => void,
  ): Map<PackName, { numbers: number[]; locations: EntryLocation[] }> {
    const groups = new Map<PackName, { numbers: number[]; locations: EntryLocation[] }>();
    for (let number = 0; number < count; number += 1) {
      const found = this.#set.find(digestOf(number), (_pack, location, name) => {
        let group = groups.get(name);
        if (group === undefined) groups.set(name, (group = { numbers: [], locations: [] }));
        group.numbers.push(number);
        group.locations.push(location);
        return true;
      });
      if (found === undefined) onMissing(number);
    }
    return groups;
  }

  #setAside(name: PackName, digest: Digest, stored: Buffer): void {
    if (this.#corrupt === undefined) return;
    this.#corrupt.keepBytes(digest, stored);
    this.#set.setBroken(name, addToBrokenList(this.folder, name, digest));
  }
}

/** For the message about an object that is not found. */
export function damagedPacks(packs: Packs): string | undefined {
  const [first, ...others] = packs.damaged;
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  return `the pack ${join(packs.folder, first[0])} is damaged: ${first[1]}${more}`;
}
