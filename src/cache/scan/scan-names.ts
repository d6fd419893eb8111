import { lstatSync, type Stats } from 'node:fs';
import { inFolder, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { LARGEST_AT_ONCE } from '../../fs/read-whole.ts';
import { digestOfRow, isTrusted, matchesStat, ROW, RowsBuilder, rowType, sizeOfRow, type Rows } from '../../fs/stat-index/rows.ts';
import { isSettled } from '../../fs/stat-index/trust.ts';
import { sourceChanged } from '../workspace/source-changed.ts';
import { readFile, readNewFile, type ByteSink } from './read-small-file.ts';

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
  /** Whether a name does not count; asked only for those that may be new. */
  readonly ignores?: (name: BytePath, isFolder: boolean) => boolean;
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

/** Looks at every name: what the stat vouches for is not read. Synchronous, without a promise a file, because 100,000 come by here. */
export function scanNames(job: NamesToScan): ScannedNames {
  return new NameScan(job).run();
}

const LSTAT = { throwIfNoEntry: false } as const;
const NO_DIGEST = new Uint8Array(32);

class NameScan {
  readonly #job: NamesToScan;
  readonly #folders: BytePath[] = [];
  readonly #special: BytePath[] = [];
  /** From the first row on that is not as it is known. */
  #builder: RowsBuilder | undefined;
  /** So many of the known rows, from the first on, were found as they are. */
  #taken = 0;
  /** The first known row whose name may still come. */
  #next = 0;
  #nothingIgnored = true;
  #bytes = 0;

  constructor(job: NamesToScan) {
    this.#job = job;
  }

  run(): ScannedNames {
    for (const name of this.#job.names) this.#scan(name, this.#knownRow(name));
    if (this.#taken !== this.#job.known.names.length) this.#differ();
    return {
      ...(this.#builder === undefined ? {} : { rows: this.#builder.rows() }),
      folders: this.#folders,
      special: this.#special,
      nothingIgnored: this.#nothingIgnored,
      bytes: this.#bytes,
    };
  }

  #scan(name: BytePath, row: number): void {
    if (row !== this.#taken) this.#differ();
    const { folder, sameNames } = this.#job;
    if (sameNames && rowType(this.#job.known, row) === ROW.tree) {
      this.#foundFolder(name, row);
      return;
    }
    const path = inFolder(folder, name);
    if (row === -1 && this.#foundNewFile(path, name)) return;
    const stat = lookAt(path);
    if (stat === undefined) this.#foundNothing(path);
    else if (!sameNames && this.#isIgnored(name, stat.isDirectory())) this.#leaveOut();
    else if (stat.isDirectory()) this.#foundFolder(name, row);
    else if (stat.isFile() && this.#isKnown(row, stat)) this.#foundKnown(row, stat);
    else if (!stat.isFile() || stat.size > LARGEST_AT_ONCE) this.#foundSpecial(name);
    else this.#foundChanged(path, name, stat);
  }

  /** Names come in order, so the search goes on where it was; -1 where nothing is known of the name. */
  #knownRow(name: BytePath): number {
    const { names } = this.#job.known;
    while (this.#next < names.length && (names[this.#next] as BytePath) < name) this.#next += 1;
    return names[this.#next] === name ? this.#next : -1;
  }

  #isKnown(row: number, stat: Stats): boolean {
    const { known, sink } = this.#job;
    if (row === -1 || rowType(known, row) !== fileType(stat) || !isTrusted(known, row) || !matchesStat(known, row, stat)) return false;
    return sink === undefined || sink.has(digestOfRow(known, row), sizeOfRow(known, row));
  }

  #isIgnored(name: BytePath, isFolder: boolean): boolean {
    return this.#job.ignores?.(name, isFolder) === true;
  }

  #foundNewFile(path: BytePath, name: BytePath): boolean {
    if (this.#job.files?.has(name) !== true || this.#isIgnored(name, false)) return false;
    const readMs = this.#job.now();
    const read = readNewFile(path, name, this.#job.sink);
    if (read !== undefined) this.#foundFile(name, read.stat, read.digest, readMs);
    return read !== undefined;
  }

  #foundChanged(path: BytePath, name: BytePath, stat: Stats): void {
    const readMs = this.#job.now();
    this.#foundFile(name, stat, readFile(path, name, stat, this.#job.sink), readMs);
  }

  /** `readMs`: from before its first byte was read. */
  #foundFile(name: BytePath, stat: Stats, digest: Uint8Array, readMs: number): void {
    this.#bytes += stat.size;
    this.#differ().addFile(name, fileType(stat), stat, digest, isSettled(stat.mtimeMs, stat.ctimeMs, readMs));
  }

  #foundKnown(row: number, stat: Stats): void {
    this.#bytes += stat.size;
    this.#take(row);
  }

  #foundFolder(name: BytePath, row: number): void {
    this.#folders.push(name);
    if (row !== -1 && rowType(this.#job.known, row) === ROW.tree) this.#take(row);
    else this.#differ().addTree(name, 0, 0, NO_DIGEST);
  }

  #foundSpecial(name: BytePath): void {
    this.#special.push(name);
    this.#differ();
  }

  #foundNothing(path: BytePath): void {
    if (this.#job.sink !== undefined) throw sourceChanged(path);
    this.#differ();
  }

  #leaveOut(): void {
    this.#nothingIgnored = false;
    this.#differ();
  }

  #take(row: number): void {
    this.#taken += 1;
    this.#builder?.addRow(this.#job.known, row);
  }

  #differ(): RowsBuilder {
    if (this.#builder === undefined) {
      this.#builder = new RowsBuilder(this.#job.names.length);
      for (let row = 0; row < this.#taken; row += 1) this.#builder.addRow(this.#job.known, row);
    }
    return this.#builder;
  }
}

function fileType(stat: Stats): number {
  return (stat.mode & 0o100) === 0 ? ROW.file : ROW.exec;
}

function lookAt(path: BytePath): Stats | undefined {
  try {
    return lstatSync(toSystemPath(path), LSTAT);
  } catch (error) {
    if (isErrno(error, 'ENOTDIR', 'ENOENT')) return undefined;
    throw asIoError(error, 'look at', toDisplayPath(path));
  }
}
