import type { Digest } from '../core/content.ts';
import type { BytePath } from './byte-path.ts';
import { hashBytes } from './hash.ts';

/**
 * What the file system said about a file when its bytes were hashed. Times are milliseconds since 1970
 * as Node gives them: doubles, which tell times of about a quarter of a microsecond apart; file systems
 * tick far slower, and entries from within one tick are not trusted anyway.
 */
export interface StatKey {
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
}

export interface StatEntry extends StatKey {
  readonly digest: Digest;
  /** When the hashing began, milliseconds since 1970 by the clock that stamps the files. */
  readonly hashedMs: number;
}

/** The index file as it was read: one column a property, row by row. */
export interface StatTable {
  readonly count: number;
  readonly rows: ReadonlyMap<BytePath, number>;
  entry(row: number): StatEntry;
  matches(row: number, stat: StatKey): boolean;
}

/**
 * Layout of the file (little-endian, as is every machine that Node runs on): 32 bytes of header (magic and version, row
 * count, bytes of names), five columns of doubles (size, mtime, ctime, inode, hashed), the digests
 * (32 bytes each), the names joined by NUL, then 32 bytes of BLAKE3 over all before.
 */
const MAGIC = 'mlo-stat-index 1';
const HEADER_BYTES = 32;
const COLUMNS = 5;
const DIGEST_BYTES = 32;

export function encodeStatTable(entries: ReadonlyMap<BytePath, StatEntry>): Buffer {
  const count = entries.size;
  const names = Buffer.from([...entries.keys()].join('\0'), 'latin1');
  const digestsAt = HEADER_BYTES + count * COLUMNS * 8;
  const namesAt = digestsAt + count * DIGEST_BYTES;
  const bytes = Buffer.alloc(namesAt + names.length);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32LE(count, 16);
  bytes.writeUInt32LE(names.length, 20);
  let row = 0;
  for (const entry of entries.values()) {
    const values = [entry.size, entry.mtimeMs, entry.ctimeMs, entry.ino, entry.hashedMs];
    values.forEach((value, column) => bytes.writeDoubleLE(value, HEADER_BYTES + (column * count + row) * 8));
    bytes.write(entry.digest, digestsAt + row * DIGEST_BYTES, 'hex');
    row += 1;
  }
  names.copy(bytes, namesAt);
  return Buffer.concat([bytes, Buffer.from(hashBytes(bytes), 'hex')]);
}

/** Undefined where the bytes are not a whole index of this version. */
export function decodeStatTable(file: Buffer): StatTable | undefined {
  if (file.length < HEADER_BYTES + DIGEST_BYTES || file.toString('latin1', 0, 16) !== MAGIC) return undefined;
  const bytes = file.subarray(0, file.length - DIGEST_BYTES);
  if (hashBytes(bytes) !== file.toString('hex', bytes.length)) return undefined;
  const count = bytes.readUInt32LE(16);
  const digestsAt = HEADER_BYTES + count * COLUMNS * 8;
  const namesAt = digestsAt + count * DIGEST_BYTES;
  if (namesAt + bytes.readUInt32LE(20) !== bytes.length) return undefined;
  const value = (column: number, row: number): number => bytes.readDoubleLE(HEADER_BYTES + (column * count + row) * 8);
  return {
    count,
    rows: rowsByName(bytes.toString('latin1', namesAt), count),
    entry: (row) => ({
      size: value(0, row),
      mtimeMs: value(1, row),
      ctimeMs: value(2, row),
      ino: value(3, row),
      hashedMs: value(4, row),
      digest: bytes.toString('hex', digestsAt + row * DIGEST_BYTES, digestsAt + (row + 1) * DIGEST_BYTES) as Digest,
    }),
    matches: (row, stat) =>
      value(0, row) === stat.size && value(1, row) === stat.mtimeMs && value(2, row) === stat.ctimeMs && value(3, row) === stat.ino,
  };
}

function rowsByName(names: string, count: number): ReadonlyMap<BytePath, number> {
  const rows = new Map<BytePath, number>();
  if (count > 0) for (const name of names.split('\0')) rows.set(name, rows.size);
  return rows;
}
