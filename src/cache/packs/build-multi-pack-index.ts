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
  const parts: Buffer[] = [];
  let count = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const rows: Buffer[] = old === undefined ? [] : keptRows(old.bucket(bucket), newNumber);
    added.forEach(({ index }, pack) => {
      let row = cursors[pack] ?? 0;
      for (; row < index.count && bucketOf(index.rows, row * ROW_BYTES) === bucket; row += 1)
        rows.push(multiRow(index, row, firstAdded + pack));
      cursors[pack] = row;
    });
    const sorted = inOrder(rows);
    buckets.writeUInt32LE(count, bucket * BUCKET_BYTES);
    buckets.writeUInt32LE(crc32(sorted), bucket * BUCKET_BYTES + 4);
    count += rows.length;
    parts.push(sorted);
  }
  const tables = Buffer.concat([packTable(covered), buckets]);
  writeFileAtomic(path, Buffer.concat([encodeMultiHeader(covered.length, count, tables), tables, ...parts]), { mode: 0o644, shared: true });
}

/** The number that each pack of the old index has in the new one; -1 where it is left out. */
function numbering(kept: readonly boolean[]): readonly number[] {
  let next = 0;
  return kept.map((isKept) => (isKept ? next++ : -1));
}

function keptRows(bucket: Buffer, newNumber: readonly number[]): Buffer[] {
  const rows: Buffer[] = [];
  for (let at = 0; at < bucket.length; at += MULTI_ROW_BYTES) {
    const number = newNumber[bucket.readUInt32LE(at + DIGEST_BYTES)] ?? -1;
    if (number < 0) continue;
    const row = Buffer.from(bucket.subarray(at, at + MULTI_ROW_BYTES));
    row.writeUInt32LE(number, DIGEST_BYTES);
    rows.push(row);
  }
  return rows;
}

function multiRow(index: PackIndex, row: number, pack: number): Buffer {
  const bytes = Buffer.allocUnsafe(MULTI_ROW_BYTES);
  const at = row * ROW_BYTES;
  index.rows.copy(bytes, 0, at, at + DIGEST_BYTES);
  bytes.writeUInt32LE(pack, DIGEST_BYTES);
  index.rows.copy(bytes, DIGEST_BYTES + 4, at + DIGEST_BYTES, at + ROW_BYTES);
  return bytes;
}

function inOrder(rows: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(rows);
  const sorted = Buffer.allocUnsafe(bytes.length);
  sortedByDigest(bytes, MULTI_ROW_BYTES, rows.length).forEach((row, place) => {
    bytes.copy(sorted, place * MULTI_ROW_BYTES, row * MULTI_ROW_BYTES, (row + 1) * MULTI_ROW_BYTES);
  });
  return sorted;
}

function packTable(packs: readonly CoveredPack[]): Buffer {
  const bytes = Buffer.alloc(packs.length * MULTI_PACK_BYTES);
  packs.forEach(({ name, size }, pack) => {
    bytes.write(name.slice(0, 64), pack * MULTI_PACK_BYTES, 'hex');
    bytes.writeUInt32LE(size, pack * MULTI_PACK_BYTES + DIGEST_BYTES);
  });
  return bytes;
}
