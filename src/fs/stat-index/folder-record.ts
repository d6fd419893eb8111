import { asBytePath, split, type BytePath } from '../byte-path.ts';
import { DIGEST_BYTES, STATS, type Rows } from './rows.ts';

/** A folder of which every name is known. */
export interface WholeFolder {
  /** Which names count, 32 hex digits: the digest of the ignore rules; zeros where everything counts. */
  readonly view: string;
  /** No name was left out: what everything counts for is the same. */
  readonly nothingIgnored: boolean;
  /** Of the folder itself. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly ino: number;
  /** The folder's stat is old enough to vouch for its names. */
  readonly trusted: boolean;
}

/** The tree object of the folder, as its rows make it. */
export interface KnownTree {
  readonly digest: Uint8Array;
  readonly size: number;
  readonly files: number;
}

/** What the stat index knows of one folder. */
export interface FolderRecord {
  readonly rows: Rows;
  readonly whole?: WholeFolder;
  readonly tree?: KnownTree;
}

/**
 * Layout, little-endian, a multiple of 8 bytes: 128 bytes of header
 *   0 u32 bytes of the record, 4 u32 rows, 8 u32 bytes of names, 12 u32 flags (1 whole, 2 nothing ignored, 4 trusted, 8 tree),
 *   16 f64 mtime, 24 ctime, 32 inode of the folder, 40 f64 size, 48 files, 56 digest (32) of the tree, 88 view (16), 104 zero
 * then four doubles a row, 32 bytes of digest a row, a byte of type a row, the names joined by NUL.
 */
export const RECORD_HEADER_BYTES = 128;
const WHOLE = 1;
const NOTHING_IGNORED = 2;
const TRUSTED = 4;
const TREE = 8;

/** Bytes of a record with so many rows, whose names have so many bytes. */
export function leastLength(rows: number, names: number): number {
  return RECORD_HEADER_BYTES + rows * (STATS * 8 + DIGEST_BYTES + 1) + names;
}

export function encodeFolderRecord(record: FolderRecord): Buffer {
  const { rows, whole, tree } = record;
  const count = rows.names.length;
  const names = Buffer.from(rows.names.join('\0'), 'latin1');
  const statsAt = RECORD_HEADER_BYTES;
  const digestsAt = statsAt + count * STATS * 8;
  const typesAt = digestsAt + count * DIGEST_BYTES;
  const namesAt = typesAt + count;
  const bytes = Buffer.alloc(Math.ceil((namesAt + names.length) / 8) * 8);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt32LE(count, 4);
  bytes.writeUInt32LE(names.length, 8);
  bytes.writeUInt32LE(flagsOf(record), 12);
  if (whole !== undefined) {
    bytes.writeDoubleLE(whole.mtimeMs, 16);
    bytes.writeDoubleLE(whole.ctimeMs, 24);
    bytes.writeDoubleLE(whole.ino, 32);
    bytes.write(whole.view, 88, 'hex');
  }
  if (tree !== undefined) {
    bytes.writeDoubleLE(tree.size, 40);
    bytes.writeDoubleLE(tree.files, 48);
    bytes.set(tree.digest, 56);
  }
  bytes.set(new Uint8Array(rows.stats.buffer, rows.stats.byteOffset, count * STATS * 8), statsAt);
  bytes.set(rows.digests, digestsAt);
  bytes.set(rows.types, typesAt);
  names.copy(bytes, namesAt);
  return bytes;
}

function flagsOf({ whole, tree }: FolderRecord): number {
  let flags = 0;
  if (whole !== undefined) flags |= WHOLE | (whole.nothingIgnored ? NOTHING_IGNORED : 0) | (whole.trusted ? TRUSTED : 0);
  if (tree !== undefined) flags |= TREE;
  return flags;
}

/** `bytes` starts at the record, at a multiple of 8 of its memory, and may go on after it. */
export function decodeFolderRecord(bytes: Buffer): FolderRecord {
  const count = bytes.readUInt32LE(4);
  const flags = bytes.readUInt32LE(12);
  const digestsAt = RECORD_HEADER_BYTES + count * STATS * 8;
  const typesAt = digestsAt + count * DIGEST_BYTES;
  const namesAt = typesAt + count;
  let names: readonly BytePath[] | undefined;
  const rows: Rows = {
    get names() {
      return (names ??= count === 0 ? [] : split(asBytePath(bytes.toString('latin1', namesAt, namesAt + bytes.readUInt32LE(8))), '\0'));
    },
    stats: new Float64Array(bytes.buffer, bytes.byteOffset + RECORD_HEADER_BYTES, count * STATS),
    digests: bytes.subarray(digestsAt, typesAt),
    types: bytes.subarray(typesAt, namesAt),
  };
  const whole: WholeFolder = {
    view: bytes.toString('hex', 88, 104),
    nothingIgnored: (flags & NOTHING_IGNORED) !== 0,
    mtimeMs: bytes.readDoubleLE(16),
    ctimeMs: bytes.readDoubleLE(24),
    ino: bytes.readDoubleLE(32),
    trusted: (flags & TRUSTED) !== 0,
  };
  const tree: KnownTree = { digest: bytes.subarray(56, 88), size: bytes.readDoubleLE(40), files: bytes.readDoubleLE(48) };
  return { rows, ...((flags & WHOLE) === 0 ? {} : { whole }), ...((flags & TREE) === 0 ? {} : { tree }) };
}
