import { closeSync, fstatSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { asIoError, isErrno, withIoErrors } from '../../fs/errno.ts';
import { digestBytes } from '../../fs/hash.ts';
import { decompressed } from './entry-encoding.ts';
import { ENCODING, FOOTER_BYTES, PACK_START, PackDamage, readFrame, type Footer } from './pack-format.ts';
import { PackIndex, type EntryLocation } from './pack-index.ts';
import type { PackName } from './pack-name.ts';
import { isSameDigest } from './sort-digests.ts';
import { sortedByPosition } from './sort-positions.ts';
import { readAt } from '../read-at.ts';

/** Entries that lie this close to each other are read with one call. */
const LARGEST_GAP = 64 * 1024;
const LARGEST_READ = 4 * 1024 * 1024;

/** An open pack: the file outlives its name. Throws PackDamage where start, footer or index are not those of a whole pack. */
export class PackReader {
  readonly path: string;
  readonly size: number;
  readonly #file: number;
  readonly #footer: Footer;
  #index: PackIndex | undefined;

  /** Throws what node:fs throws where the file cannot be opened. */
  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'r');
    try {
      this.size = fstatSync(this.#file).size;
      const end = this.#readAt(Math.max(0, this.size - FOOTER_BYTES), FOOTER_BYTES);
      this.#footer = readFrame(this.#readAt(0, PACK_START.length), end, this.size, path);
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  get count(): number {
    return this.#footer.count;
  }

  /** Loaded and checked on first use. */
  get index(): PackIndex {
    return (this.#index ??= withIoErrors(
      'read the pack',
      this.path,
      () => new PackIndex(this.#readAt(this.#footer.indexAt, this.#footer.indexLength), this.#footer),
    ));
  }

  /** Row of the digest, or -1. */
  find(digest: Uint8Array): number {
    return this.index.find(digest);
  }

  /** The bytes of a row, verified; undefined where they are not those of its digest. */
  read(row: number): Buffer | undefined {
    return this.readEntry(this.index.location(row), this.index.digest(row));
  }

  /** The bytes at the location, verified; undefined where they are not those of the digest. */
  readEntry(location: EntryLocation, digest: Uint8Array): Buffer | undefined {
    return verifiedEntry(this.readStored(location), location, digest);
  }

  /** The raw bytes of an entry as it was stored; undefined where they are not those of the digest. */
  verify(stored: Buffer, location: EntryLocation, digest: Uint8Array): Buffer | undefined {
    return verifiedEntry(stored, location, digest);
  }

  /** As it lies there, for whoever wants to keep what is broken, or copy what is good. */
  readStored(location: EntryLocation): Buffer {
    return withIoErrors('read the pack', this.path, () => this.#readAt(location.at, location.stored));
  }

  /**
   * Reads entries in the order of their positions, those that lie next to each other with one call. `take` gets each entry's
   * number in `locations` with its verified bytes (undefined where broken); the memory of raw ones is used again later.
   */
  readMany(
    locations: readonly EntryLocation[],
    digestOf: (entry: number) => Uint8Array,
    take: (entry: number, bytes: Buffer | undefined) => void,
  ): void {
    const order = sortedByPosition(locations.length, (entry) => positionOf(locations, entry));
    for (let from = 0; from < order.length;) {
      const start = positionOf(locations, order[from] ?? 0);
      let end = start;
      let to = from;
      for (; to < order.length; to += 1) {
        const next = locations[order[to] ?? 0] as EntryLocation;
        const nextEnd = Math.max(end, next.at + next.stored);
        if (to > from && (next.at > end + LARGEST_GAP || nextEnd - start > LARGEST_READ)) break;
        end = nextEnd;
      }
      const bytes = this.readStored({ at: start, stored: end - start, raw: 0, encoding: ENCODING.raw });
      for (; from < to; from += 1) {
        const entry = order[from] ?? 0;
        const location = locations[entry] as EntryLocation;
        const stored = bytes.subarray(location.at - start, location.at - start + location.stored);
        take(entry, verifiedEntry(stored, location, digestOf(entry)));
      }
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  #readAt(at: number, length: number): Buffer {
    return readAt(this.#file, at, Math.max(0, Math.min(length, this.size - at)));
  }
}

/** Opens the pack and its index; throws PackDamage, and what node:fs throws. */
export function openWithIndex(path: string): PackReader {
  const reader = new PackReader(path);
  try {
    if (reader.index.count !== reader.count) throw new PackDamage('its index is not what was written');
    return reader;
  } catch (error) {
    reader.close();
    throw error;
  }
}

/** Opens those of the packs that are there and whole, with their indexes, for as long as `work` runs. */
export function withPacks<T>(folder: string, names: readonly PackName[], work: (packs: ReadonlyMap<PackName, PackReader>) => T): T {
  const packs = new Map<PackName, PackReader>();
  try {
    for (const name of names) {
      const reader = openIfUsable(join(folder, name));
      if (reader !== undefined) packs.set(name, reader);
    }
    return work(packs);
  } finally {
    for (const reader of packs.values()) reader.close();
  }
}

function openIfUsable(path: string): PackReader | undefined {
  try {
    return openWithIndex(path);
  } catch (error) {
    if (error instanceof PackDamage || isErrno(error, 'ENOENT')) return undefined;
    throw asIoError(error, 'read the pack', path);
  }
}

function positionOf(locations: readonly EntryLocation[], entry: number): number {
  return locations[entry]?.at ?? 0;
}

/** The raw bytes of an entry as it was stored; undefined where they are not those of the digest. */
export function verifiedEntry(stored: Buffer, location: EntryLocation, digest: Uint8Array): Buffer | undefined {
  if (stored.length !== location.stored) return undefined;
  const bytes =
    location.encoding === ENCODING.raw ? stored : location.encoding === ENCODING.zstd ? decompressed(stored, location.raw) : undefined;
  if (bytes === undefined || bytes.length !== location.raw) return undefined;
  return isSameDigest(digestBytes(bytes), digest) ? bytes : undefined;
}
