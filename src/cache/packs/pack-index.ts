import { digestBytes } from '../../fs/hash.ts';
import { DIGEST_BYTES, FAN_OUT_BYTES, PackDamage, ROW_BYTES, type Footer } from './pack-format.ts';
import { compareDigests, isSameDigest, MOST_ROWS } from './sort-digests.ts';

/** Where an entry lies in its pack, in bytes. */
export interface EntryLocation {
  readonly at: number;
  readonly stored: number;
  readonly raw: number;
  readonly encoding: number;
}

/** The index of a pack, checked, searched where it lies. Rows are numbered in the order of their digests. */
export class PackIndex {
  readonly count: number;
  /** Rows of 44 bytes, as in the file. */
  readonly rows: Buffer;
  readonly #fanOut: Uint32Array;

  /** Throws PackDamage where the bytes are not those that the footer promises. */
  constructor(bytes: Buffer, footer: Footer) {
    if (bytes.length !== footer.indexLength || !isSameDigest(digestBytes(bytes), footer.indexHash))
      throw new PackDamage('its index is not what was written');
    this.count = footer.count;
    this.rows = bytes.subarray(FAN_OUT_BYTES);
    this.#fanOut = new Uint32Array(257);
    for (let first = 0; first < 256; first += 1) this.#fanOut[first + 1] = bytes.readUInt32LE(first * 4);
    this.#checkFanOut();
  }

  /** Row of the digest (32 bytes), or -1. */
  find(digest: Uint8Array): number {
    const first = digest[0] ?? 0;
    let low = this.#fanOut[first] ?? 0;
    let high = this.#fanOut[first + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compareDigests(this.rows, middle * ROW_BYTES, digest, 0);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  digest(row: number): Buffer {
    return this.rows.subarray(row * ROW_BYTES, row * ROW_BYTES + DIGEST_BYTES);
  }

  location(row: number): EntryLocation {
    return locationAt(this.rows, row * ROW_BYTES + DIGEST_BYTES);
  }

  /** Where in the file the entry begins. */
  position(row: number): number {
    return this.rows.readUInt32LE(row * ROW_BYTES + DIGEST_BYTES);
  }

  rawLength(row: number): number {
    return this.rows.readUInt32LE(row * ROW_BYTES + 40) & 0x3fff_ffff;
  }

  /** The hash only says that these bytes were written; whoever made the pack may have lied. (Where a row lies, its bytes are wrong or missing.) */
  #checkFanOut(): void {
    for (let first = 0; first < 256; first += 1) {
      if ((this.#fanOut[first + 1] ?? 0) < (this.#fanOut[first] ?? 0)) throw new PackDamage('its index is not in order');
    }
    if (this.#fanOut[256] !== this.count || this.count > MOST_ROWS) throw new PackDamage('its index is not in order');
  }
}

/** The 12 bytes after a digest: position, stored length, raw length and encoding. */
export function locationAt(bytes: Buffer, at: number): EntryLocation {
  const raw = bytes.readUInt32LE(at + 8);
  return { at: bytes.readUInt32LE(at), stored: bytes.readUInt32LE(at + 4), raw: raw & 0x3fff_ffff, encoding: raw >>> 30 };
}
