import { crc32 } from 'node:zlib';

/**
 * `packs/index`, disposable: where each entry of many packs is, without opening them. All numbers little-endian:
 *   header of 32 bytes: 16 magic and version, 4 number of packs, 4 number of rows, 4 CRC-32 of the two tables, 4 CRC-32 of the 28 bytes before
 *   packs, 36 bytes each: 32 id, 4 size of the file
 *   buckets, 8 bytes each, one for each value of the first 12 bits of a digest: 4 rows in the buckets before, 4 CRC-32 of its rows
 *   rows of 48 bytes, by digest: 32 digest, 4 number of the pack, then 12 bytes as in the index of a pack
 * A digest that several packs hold has a row for each.
 */
const MULTI_START = Buffer.from('mlo-pack-index 1', 'latin1');
export const MULTI_HEADER_BYTES = 32;
export const MULTI_PACK_BYTES = 36;
export const BUCKETS = 4096;
export const BUCKET_BYTES = 8;
export const MULTI_ROW_BYTES = 48;

export function bucketOf(digest: Uint8Array, at = 0): number {
  return ((digest[at] ?? 0) << 4) | ((digest[at + 1] ?? 0) >>> 4);
}

/** `tables`: packs and buckets. */
export function encodeMultiHeader(packs: number, rows: number, tables: Buffer): Buffer {
  const header = Buffer.alloc(MULTI_HEADER_BYTES);
  MULTI_START.copy(header);
  header.writeUInt32LE(packs, 16);
  header.writeUInt32LE(rows, 20);
  header.writeUInt32LE(crc32(tables), 24);
  header.writeUInt32LE(crc32(header.subarray(0, 28)), 28);
  return header;
}

/** Undefined where the bytes are not a header of this version, or the file has another size than it says. */
export function decodeMultiHeader(header: Buffer, fileSize: number): { packs: number; rows: number; tablesCrc: number } | undefined {
  if (header.length !== MULTI_HEADER_BYTES || !header.subarray(0, 16).equals(MULTI_START)) return undefined;
  if (header.readUInt32LE(28) !== crc32(header.subarray(0, 28))) return undefined;
  const packs = header.readUInt32LE(16);
  const rows = header.readUInt32LE(20);
  const size = MULTI_HEADER_BYTES + packs * MULTI_PACK_BYTES + BUCKETS * BUCKET_BYTES + rows * MULTI_ROW_BYTES;
  return size === fileSize ? { packs, rows, tablesCrc: header.readUInt32LE(24) } : undefined;
}
