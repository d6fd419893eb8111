import { crc32 } from 'node:zlib';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { BUCKET_BYTES, bucketOf, BUCKETS, encodeMultiHeader, MULTI_PACK_BYTES, MULTI_ROW_BYTES } from './multi-pack-format.ts';
import type { CoveredPack, MultiPackIndex } from './multi-pack-index.ts';
import { DIGEST_BYTES, ROW_BYTES } from './pack-format.ts';
import type { PackIndex } from './pack-index.ts';
import { sortedByDigest } from './sort-digests.ts';

export interface PackToCover extends CoveredPack {
  readonly index: PackIndex;
}

/**
 * Writes `packs/index` for the packs of the old one that are still wanted, and some more. It can be made again at any
 * time, so it is not made durable. Throws what node:fs throws, and MultiPackDamage where the old one is damaged.
 */
export function writeMultiPackIndex(
  path: string,
  old: MultiPackIndex | undefined,
  isWanted: (pack: CoveredPack) => boolean,
  added: readonly PackToCover[],
): void {
  const kept = (old?.packs ?? []).map((pack) => isWanted(pack));
  const covered = [...(old?.packs ?? []).filter((_, pack) => kept[pack]), ...added];
  const newNumber = numbering(kept);
  const firstAdded = covered.length - added.length;
  const cursors = new Uint32Array(added.length);
  const buckets = Buffer.alloc(BUCKETS * BUCKET_BYTES);
  const rows = Buffer.allocUnsafe(((old?.rowCount ?? 0) + added.reduce((sum, { index }) => sum + index.count, 0)) * MULTI_ROW_BYTES);
  let end = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const start = end;
    if (old !== undefined) end = putKept(old.bucket(bucket), newNumber, rows, end);
    added.forEach(({ index }, pack) => {
      let row = cursors[pack] ?? 0;
      for (; row < index.count && bucketOf(index.rows, row * ROW_BYTES) === bucket; row += 1)
        end = putRow(index, row, firstAdded + pack, rows, end);
      cursors[pack] = row;
    });
    sortRows(rows.subarray(start, end));
    buckets.writeUInt32LE(start / MULTI_ROW_BYTES, bucket * BUCKET_BYTES);
    buckets.writeUInt32LE(crc32(rows.subarray(start, end)), bucket * BUCKET_BYTES + 4);
  }
  const tables = Buffer.concat([packTable(covered), buckets]);
  const header = encodeMultiHeader(covered.length, end / MULTI_ROW_BYTES, tables);
  writeFileAtomic(path, [header, tables, rows.subarray(0, end)], { mode: 0o644, shared: true });
}

/** The number that each pack of the old index has in the new one; -1 where it is left out. */
function numbering(kept: readonly boolean[]): readonly number[] {
  let next = 0;
  return kept.map((isKept) => (isKept ? next++ : -1));
}

/** Rows of the old index into `rows` from `end` on; returns where they end now. */
function putKept(bucket: Buffer, newNumber: readonly number[], rows: Buffer, end: number): number {
  let to = end;
  for (let at = 0; at < bucket.length; at += MULTI_ROW_BYTES) {
    const number = newNumber[bucket.readUInt32LE(at + DIGEST_BYTES)] ?? -1;
    if (number < 0) continue;
    bucket.copy(rows, to, at, at + MULTI_ROW_BYTES);
    rows.writeUInt32LE(number, to + DIGEST_BYTES);
    to += MULTI_ROW_BYTES;
  }
  return to;
}

function putRow(index: PackIndex, row: number, pack: number, rows: Buffer, end: number): number {
  const at = row * ROW_BYTES;
  index.rows.copy(rows, end, at, at + DIGEST_BYTES);
  rows.writeUInt32LE(pack, end + DIGEST_BYTES);
  index.rows.copy(rows, end + DIGEST_BYTES + 4, at + DIGEST_BYTES, at + ROW_BYTES);
  return end + MULTI_ROW_BYTES;
}

function sortRows(rows: Buffer): void {
  const unsorted = Buffer.from(rows);
  sortedByDigest(unsorted, MULTI_ROW_BYTES, rows.length / MULTI_ROW_BYTES).forEach((row, place) => {
    unsorted.copy(rows, place * MULTI_ROW_BYTES, row * MULTI_ROW_BYTES, (row + 1) * MULTI_ROW_BYTES);
  });
}

function packTable(packs: readonly CoveredPack[]): Buffer {
  const bytes = Buffer.alloc(packs.length * MULTI_PACK_BYTES);
  packs.forEach(({ name, size }, pack) => {
    bytes.write(name.slice(0, 64), pack * MULTI_PACK_BYTES, 'hex');
    bytes.writeUInt32LE(size, pack * MULTI_PACK_BYTES + DIGEST_BYTES);
  });
  return bytes;
}
