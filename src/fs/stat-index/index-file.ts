import { asBytePath, split, type BytePath } from '../byte-path.ts';
import { hashBytes } from '../hash.ts';
import { leastLength, RECORD_HEADER_BYTES } from './folder-record.ts';

/** The index as it was read: where in its bytes the record of each folder starts. */
export interface IndexFile {
  readonly bytes: Buffer;
  readonly folders: ReadonlyMap<BytePath, number>;
}

/**
 * Layout, little-endian: 32 bytes of header (16 magic and version, f64 position of the directory, u32 folders, u32 bytes of
 * their paths), the records of the folders, the directory (a double a folder: position of its record; the paths, joined by NUL),
 * and 32 bytes of BLAKE3 over all before.
 */
const MAGIC = 'mlo-stat-index 2';
const HEADER_BYTES = 32;
const DIGEST_BYTES = 32;

export const EMPTY_INDEX: IndexFile = { bytes: Buffer.alloc(0), folders: new Map() };

/** The file, in pieces to be written one after the other. */
export function encodeIndexFile(records: ReadonlyMap<BytePath, Buffer>): Buffer {
  const paths = Buffer.from([...records.keys()].join('\0'), 'latin1');
  let directoryAt = HEADER_BYTES;
  for (const record of records.values()) directoryAt += record.length;
  const bytes = Buffer.alloc(directoryAt + records.size * 8 + paths.length + DIGEST_BYTES);
  bytes.write(MAGIC, 'latin1');
  bytes.writeDoubleLE(directoryAt, 16);
  bytes.writeUInt32LE(records.size, 24);
  bytes.writeUInt32LE(paths.length, 28);
  let at = HEADER_BYTES;
  let row = 0;
  for (const record of records.values()) {
    bytes.set(record, at);
    bytes.writeDoubleLE(at, directoryAt + row * 8);
    at += record.length;
    row += 1;
  }
  paths.copy(bytes, directoryAt + records.size * 8);
  const end = bytes.length - DIGEST_BYTES;
  bytes.write(hashBytes(bytes.subarray(0, end)), end, 'hex');
  return bytes;
}

/** Undefined where the bytes are not a whole index of this version. `bytes` starts at a multiple of 8 of its memory. */
export function decodeIndexFile(bytes: Buffer): IndexFile | undefined {
  const end = bytes.length - DIGEST_BYTES;
  if (end < HEADER_BYTES || bytes.toString('latin1', 0, 16) !== MAGIC) return undefined;
  if (hashBytes(bytes.subarray(0, end)) !== bytes.toString('hex', end)) return undefined;
  const directoryAt = bytes.readDoubleLE(16);
  const count = bytes.readUInt32LE(24);
  const pathsAt = directoryAt + count * 8;
  if (pathsAt + bytes.readUInt32LE(28) !== end) return undefined;
  if (!Number.isSafeInteger(directoryAt) || directoryAt < HEADER_BYTES) return undefined;
  const paths = count === 0 ? [] : split(asBytePath(bytes.toString('latin1', pathsAt, end)), '\0');
  if (paths.length !== count) return undefined;
  const folders = new Map<BytePath, number>();
  for (const [row, path] of paths.entries()) {
    const at = bytes.readDoubleLE(directoryAt + row * 8);
    if (!isWholeRecord(bytes, at, directoryAt)) return undefined;
    folders.set(path, at);
  }
  return { bytes, folders };
}

/** The digest only says that these bytes were written. */
function isWholeRecord(bytes: Buffer, at: number, end: number): boolean {
  if (!Number.isSafeInteger(at) || at % 8 !== 0 || at < HEADER_BYTES || at + RECORD_HEADER_BYTES > end) return false;
  const length = bytes.readUInt32LE(at);
  return at + length <= end && leastLength(bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8)) <= length;
}

export function recordBytes(file: IndexFile, at: number): Buffer {
  return file.bytes.subarray(at, at + Math.max(RECORD_HEADER_BYTES, file.bytes.readUInt32LE(at)));
}
