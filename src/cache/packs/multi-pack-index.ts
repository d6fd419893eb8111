import { closeSync, fstatSync, openSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Digest } from '../../core/content.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import {
  BUCKET_BYTES,
  bucketOf,
  BUCKETS,
  decodeMultiHeader,
  MULTI_HEADER_BYTES,
  MULTI_PACK_BYTES,
  MULTI_ROW_BYTES,
} from './multi-pack-format.ts';
import { DIGEST_BYTES } from './pack-format.ts';
import { locationAt, type EntryLocation } from './pack-index.ts';
import { packNamed, type PackName } from './pack-name.ts';
import { compareDigests } from './sort-digests.ts';
import { readAt } from '../read-at.ts';

export interface CoveredPack {
  readonly name: PackName;
  /** Bytes of the file. */
  readonly size: number;
}

/** A part of the file is not what was written: the index is to be made again. */
export class MultiPackDamage extends Error {}

/** The open `packs/index`. Of the rows only the buckets that are asked for are read, and checked. */
export class MultiPackIndex {
  readonly packs: readonly CoveredPack[];
  readonly rowCount: number;
  readonly #path: string;
  readonly #file: number;
  readonly #buckets: Buffer;
  readonly #rowsAt: number;
  readonly #loaded: (Buffer | undefined)[] = Array.from({ length: BUCKETS });

  private constructor(path: string, file: number, tables: Buffer, packs: number, rows: number) {
    this.#path = path;
    this.#file = file;
    this.packs = Array.from({ length: packs }, (_, pack) => ({
      name: packNamed(tables.toString('hex', pack * MULTI_PACK_BYTES, pack * MULTI_PACK_BYTES + DIGEST_BYTES) as Digest),
      size: tables.readUInt32LE(pack * MULTI_PACK_BYTES + DIGEST_BYTES),
    }));
    this.#buckets = tables.subarray(packs * MULTI_PACK_BYTES);
    this.#rowsAt = MULTI_HEADER_BYTES + tables.length;
    this.rowCount = rows;
  }

  /** Undefined where there is none, or one that cannot be used. */
  static open(path: string): MultiPackIndex | undefined {
    let file: number | undefined;
    try {
      file = openSync(path, 'r');
      const header = decodeMultiHeader(readAt(file, 0, MULTI_HEADER_BYTES), fstatSync(file).size);
      if (header !== undefined) {
        const tables = readAt(file, MULTI_HEADER_BYTES, header.packs * MULTI_PACK_BYTES + BUCKETS * BUCKET_BYTES);
        if (crc32(tables) === header.tablesCrc) return new MultiPackIndex(path, file, tables, header.packs, header.rows);
      }
    } catch (error) {
      if (!isErrno(error)) throw error;
    }
    if (file !== undefined) closeSync(file);
    return undefined;
  }

  /** Calls `visit` for each row of the digest (32 bytes) until it answers something. Throws MultiPackDamage. */
  find<T>(digest: Uint8Array, visit: (pack: number, location: EntryLocation) => T | undefined): T | undefined {
    const rows = this.bucket(bucketOf(digest));
    for (let row = firstNotBelow(rows, digest); row * MULTI_ROW_BYTES < rows.length; row += 1) {
      const at = row * MULTI_ROW_BYTES;
      if (compareDigests(rows, at, digest, 0) !== 0) return undefined;
      const found = visit(rows.readUInt32LE(at + DIGEST_BYTES), locationAt(rows, at + DIGEST_BYTES + 4));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Rows of a bucket, checked. Throws MultiPackDamage. */
  bucket(bucket: number): Buffer {
    return (this.#loaded[bucket] ??= this.#load(bucket));
  }

  close(): void {
    closeSync(this.#file);
  }

  #load(bucket: number): Buffer {
    const from = this.#buckets.readUInt32LE(bucket * BUCKET_BYTES);
    const to = bucket + 1 < BUCKETS ? this.#buckets.readUInt32LE((bucket + 1) * BUCKET_BYTES) : this.rowCount;
    if (from > to || to > this.rowCount) throw new MultiPackDamage();
    const length = (to - from) * MULTI_ROW_BYTES;
    const rows = withIoErrors('read', this.#path, () => readAt(this.#file, this.#rowsAt + from * MULTI_ROW_BYTES, length));
    if (rows.length !== length || crc32(rows) !== this.#buckets.readUInt32LE(bucket * BUCKET_BYTES + 4)) throw new MultiPackDamage();
    return rows;
  }
}

function firstNotBelow(rows: Buffer, digest: Uint8Array): number {
  let low = 0;
  let high = rows.length / MULTI_ROW_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareDigests(rows, middle * MULTI_ROW_BYTES, digest, 0) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
