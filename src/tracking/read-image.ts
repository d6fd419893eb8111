import { readFileSync, statSync, type BigIntStats } from 'node:fs';
import { isErrno } from '../fs/errno.ts';

/** Attempts to read both files with nobody writing in between. */
const ATTEMPTS = 5;
/** Of the write-ahead log, and of each page in it, bytes. */
const LOG_HEADER = 32;
const FRAME_HEADER = 24;

/**
 * The bytes of the database at `path` as its last commit left it, the write-ahead log included, in a form that memory can
 * open. For places where SQLite cannot read: it needs to write `-shm` beside the database. Undefined where a command died while it
 * changed the journal's kind, somebody keeps writing, or a file may not be read: what stands there is then not known.
 */
export function readImage(path: string): Buffer | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if ((sizeOf(`${path}-journal`) ?? 0n) > 0n) return undefined;
    const before = stampOf(path);
    const [database, log] = [read(path), read(`${path}-wal`)];
    if (database === undefined || log === undefined) return undefined;
    if (stampOf(path) === before) return inRollbackMode(withLog(database, log));
  }
  return undefined;
}

/**
 * The database with all that a write-ahead log has committed, as SQLite's recovery does it: frames count as long as their salts are those of the
 * header and their checksums go on from one to the next, up to the last that ends a transaction.
 * Format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 */
export function withLog(database: Buffer, log: Buffer): Buffer {
  if (log.length < LOG_HEADER || (log.readUInt32BE(0) & ~1) !== 0x377f0682) return database;
  const words = (log.readUInt32BE(0) & 1) === 1 ? wordBigEndian : wordLittleEndian;
  const pageSize = log.readUInt32BE(8);
  let sum = checksum([0, 0], log.subarray(0, 24), words);
  if (!isAt(log, 24, sum) || pageSize < 512 || pageSize > 65_536) return database;

  const pending = new Map<number, number>();
  const pages = new Map<number, number>();
  let pageCount: number | undefined;
  for (let at = LOG_HEADER; at + FRAME_HEADER + pageSize <= log.length; at += FRAME_HEADER + pageSize) {
    const [page, countAfterCommit] = [log.readUInt32BE(at), log.readUInt32BE(at + 4)];
    if (page === 0 || log.compare(log, 16, 24, at + 8, at + 16) !== 0) break;
    sum = checksum(sum, log.subarray(at, at + 8), words);
    sum = checksum(sum, log.subarray(at + FRAME_HEADER, at + FRAME_HEADER + pageSize), words);
    if (!isAt(log, at + 16, sum)) break;
    pending.set(page, at + FRAME_HEADER);
    if (countAfterCommit === 0) continue;
    for (const [each, bytes] of pending) pages.set(each, bytes);
    pending.clear();
    pageCount = countAfterCommit;
  }
  if (pageCount === undefined) return database;
  const image = Buffer.alloc(pageCount * pageSize);
  database.copy(image);
  for (const [page, at] of pages) if (page <= pageCount) log.copy(image, (page - 1) * pageSize, at, at + pageSize);
  return image;
}

type Sum = readonly [number, number];
type ReadWord = (bytes: Buffer, at: number) => number;

const wordBigEndian: ReadWord = (bytes, at) => bytes.readUInt32BE(at);
const wordLittleEndian: ReadWord = (bytes, at) => bytes.readUInt32LE(at);

function checksum([first, second]: Sum, bytes: Buffer, word: ReadWord): Sum {
  let [one, two] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    one = (one + word(bytes, at) + two) >>> 0;
    two = (two + word(bytes, at + 4) + one) >>> 0;
  }
  return [one, two];
}

function isAt(log: Buffer, at: number, [first, second]: Sum): boolean {
  return log.readUInt32BE(at) === first && log.readUInt32BE(at + 4) === second;
}

/** Bytes 18 and 19 of the header: 2 = write-ahead log, 1 = rollback journal, which memory can do. */
function inRollbackMode(image: Buffer): Buffer {
  if (image.length > 19) image.fill(1, 18, 20);
  return image;
}

/** Empty where there is none. */
function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    return isErrno(error, 'ENOENT') ? Buffer.alloc(0) : undefined;
  }
}

/** Changes with every write to either file. */
function stampOf(path: string): string {
  return [path, `${path}-wal`].map((each) => toStamp(statSync(each, { bigint: true, throwIfNoEntry: false }))).join(' ');
}

function toStamp(stat: BigIntStats | undefined): string {
  return stat === undefined ? '-' : `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

function sizeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.size;
}
