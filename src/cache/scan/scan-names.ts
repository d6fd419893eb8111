import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { digestBytes } from '../../fs/hash.ts';
import { digestOfRow, isTrusted, matchesStat, ROW, RowsBuilder, rowType, sizeOfRow, type Rows } from '../../fs/stat-index/rows.ts';
import { isSettled } from '../../fs/stat-index/trust.ts';
import { sourceChanged } from '../workspace/source-changed.ts';

/** Larger files are read in pieces, so that the terminal and Ctrl-C need not wait. */
export const LARGEST_AT_ONCE = 4 * 1024 * 1024;

/** Takes the bytes of small files. */
export interface ByteSink {
  has(digest: Uint8Array, size: number): boolean;
  put(digest: Uint8Array, bytes: Uint8Array, name: BytePath): void;
}

export interface NamesToScan {
  /** Absolute path of the folder. */
  readonly folder: BytePath;
  /** Sorted by bytes. */
  readonly names: readonly BytePath[];
  /** What is known of them (and of others). */
  readonly known: Rows;
  /** Names that the folder itself says are files; a stat is asked for all others, and for these once they are open. */
  readonly files?: ReadonlySet<BytePath>;
  /** `names` are those of `known`, and folders among them are still folders. */
  readonly sameNames: boolean;
  /** Whether a path does not count; asked only for names that may be new. */
  readonly ignores?: (path: BytePath, isFolder: boolean) => boolean;
  /** Where the bytes go too, if they are to be stored. */
  readonly sink?: ByteSink;
  /** Milliseconds since 1970 by the clock that stamps the files. */
  now(): number;
}

export interface ScannedNames {
  /** Files by their digests; folders with what was known of them. Undefined: all is as `known` says. */
  readonly rows?: Rows;
  readonly folders: readonly BytePath[];
  /** What is no folder and no file that is read at once: symlinks, large files, sockets. */
  readonly special: readonly BytePath[];
  readonly nothingIgnored: boolean;
  /** Bytes of all files, read or known. */
  readonly bytes: number;
}

const LSTAT = { throwIfNoEntry: false } as const;
const NO_DIGEST = new Uint8Array(32);
/** Not waiting for the other end, should a FIFO have taken the place of a file. */
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
let buffer: Buffer | undefined;

/**
 * Looks at every name: what the stat vouches for is not read. Synchronous, in a loop without closures and promises,
 * because 100,000 files come by here.
 */
export function scanNames(job: NamesToScan): ScannedNames {
  const { folder, names, known, sameNames, sink } = job;
  const folders: BytePath[] = [];
  const special: BytePath[] = [];
  let builder: RowsBuilder | undefined;
  let nothingIgnored = true;
  let bytes = 0;
  let next = 0;
  let taken = 0;

  /** From here on the rows are not those that are known. */
  const differ = (): RowsBuilder => {
    if (builder !== undefined) return builder;
    builder = new RowsBuilder(names.length);
    for (let row = 0; row < taken; row += 1) builder.addRow(known, row);
    return builder;
  };

  for (const name of names) {
    while (next < known.names.length && (known.names[next] as BytePath) < name) next += 1;
    const row = known.names[next] === name ? next : -1;
    if (row !== taken && builder === undefined) differ();
    if (sameNames && rowType(known, row) === ROW.tree) {
      folders.push(name);
      if (builder !== undefined) builder.addRow(known, row);
      taken += 1;
      continue;
    }
    const path = `${folder}/${name}`;
    if (row === -1 && job.files?.has(name) === true && !ignored(job, path)) {
      const read = readNewFile(path, name, job);
      if (read !== undefined) {
        differ().addFile(name, fileType(read.stat), read.stat, read.digest, isSettled(read.stat.mtimeMs, read.stat.ctimeMs, read.readMs));
        bytes += read.stat.size;
        continue;
      }
    }
    const stat = lookAt(path);
    if (stat === undefined) {
      if (sink !== undefined) throw sourceChanged(path);
      differ();
      continue;
    }
    const isFolder = stat.isDirectory();
    if (!sameNames && job.ignores?.(path, isFolder) === true) {
      nothingIgnored = false;
      differ();
      continue;
    }
    if (isFolder) {
      folders.push(name);
      if (row !== -1 && rowType(known, row) === ROW.tree) {
        if (builder !== undefined) builder.addRow(known, row);
        taken += 1;
      } else differ().addTree(name, 0, 0, NO_DIGEST);
      continue;
    }
    if (!stat.isFile() || (stat.size > LARGEST_AT_ONCE && !isKnown(known, row, stat, sink))) {
      special.push(name);
      differ();
      continue;
    }
    bytes += stat.size;
    if (isKnown(known, row, stat, sink)) {
      if (builder !== undefined) builder.addRow(known, row);
      taken += 1;
      continue;
    }
    const readMs = job.now();
    const digest = readFile(path, name, stat, sink);
    differ().addFile(name, fileType(stat), stat, digest, isSettled(stat.mtimeMs, stat.ctimeMs, readMs));
  }
  if (taken !== known.names.length) differ();
  return { ...(builder === undefined ? {} : { rows: builder.rows() }), folders, special, nothingIgnored, bytes };
}

function ignored(job: NamesToScan, path: BytePath): boolean {
  return job.ignores?.(path, false) === true;
}

function fileType(stat: Stats): number {
  return (stat.mode & 0o100) === 0 ? ROW.file : ROW.exec;
}

function isKnown(known: Rows, row: number, stat: Stats, sink: ByteSink | undefined): boolean {
  if (row === -1 || rowType(known, row) !== fileType(stat) || !isTrusted(known, row) || !matchesStat(known, row, stat)) return false;
  return sink === undefined || sink.has(digestOfRow(known, row), sizeOfRow(known, row));
}

function lookAt(path: BytePath): Stats | undefined {
  try {
    return lstatSync(toSystemPath(path), LSTAT);
  } catch (error) {
    if (isErrno(error, 'ENOTDIR', 'ENOENT')) return undefined;
    throw asIoError(error, 'look at', toDisplayPath(path));
  }
}

/** A file of which nothing is known: one look less. Undefined where it is too large to be read at once. */
function readNewFile(
  path: BytePath,
  name: BytePath,
  { now, sink }: NamesToScan,
): { readonly stat: Stats; readonly digest: Uint8Array; readonly readMs: number } | undefined {
  const readMs = now();
  return withFile(path, (file) => {
    const stat = fstatSync(file);
    if (!stat.isFile()) throw sourceChanged(path);
    return stat.size > LARGEST_AT_ONCE ? undefined : { stat, digest: readWhole(file, path, name, stat, sink), readMs };
  });
}

function readFile(path: BytePath, name: BytePath, stat: Stats, sink: ByteSink | undefined): Uint8Array {
  return withFile(path, (file) => readWhole(file, path, name, stat, sink));
}

/** The file must be the same before and after; what is stored has the digest that is returned. */
function readWhole(file: number, path: BytePath, name: BytePath, stat: Stats, sink: ByteSink | undefined): Uint8Array {
  buffer ??= Buffer.allocUnsafeSlow(LARGEST_AT_ONCE + 1);
  let size = 0;
  for (let read = -1; read !== 0 && size <= stat.size; size += read) read = readSync(file, buffer, size, stat.size + 1 - size, size);
  const now = fstatSync(file);
  const isSame = size === stat.size && now.size === size && now.mtimeMs === stat.mtimeMs && now.ctimeMs === stat.ctimeMs;
  if (!isSame || now.ino !== stat.ino) throw sourceChanged(path);
  const bytes = buffer.subarray(0, size);
  const digest = digestBytes(bytes);
  if (sink !== undefined && !sink.has(digest, size)) sink.put(digest, bytes, name);
  return digest;
}

function withFile<T>(path: BytePath, work: (file: number) => T): T {
  try {
    const file = openSync(toSystemPath(path), READ_ONLY);
    try {
      return work(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw isErrno(error, 'ENOENT', 'ELOOP', 'ENOTDIR') ? sourceChanged(path) : asIoError(error, 'read', toDisplayPath(path));
  }
}
