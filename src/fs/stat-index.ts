import { lstatSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Digest } from '../core/content.ts';
import { asBytePath, atOrBelow, inFolder, TOP, toSystemPath, type BytePath } from './byte-path.ts';
import { isErrno } from './errno.ts';
import { measureClockOffset } from './stat-index/clock-offset.ts';
import { decodeFolderRecord, encodeFolderRecord, type FolderRecord } from './stat-index/folder-record.ts';
import { decodeIndexFile, EMPTY_INDEX, encodeIndexFile, recordBytes, type IndexFile } from './stat-index/index-file.ts';
import { mergeRows, type FileEntry } from './stat-index/merge-rows.ts';
import { digestOfRow, findRow, isTrusted, matchesStat, NO_ROWS, ROW, rowType, type FileTimes } from './stat-index/rows.ts';
import { isSettled } from './stat-index/trust.ts';
import { writeFileAtomic } from './write-atomic.ts';
import { digestText } from './hash.ts';

/**
 * Digests of files whose stat has not changed since they were hashed, by folder. Disposable: a missing or damaged
 * file is an empty index. What may be trusted: see trust.ts.
 *
 * Times are doubles of milliseconds, as Node gives them, which tell apart a quarter of a microsecond; file systems tick far slower.
 */
export interface StatIndex {
  /** The digest of the file at `path` with this stat, or undefined where it must be hashed. */
  lookup(path: BytePath, stat: FileTimes): Digest | undefined;
  /** `hashedMs`: `now()` from before the first byte was read; `stat` as it was both before and after. */
  record(path: BytePath, stat: FileTimes, digest: Digest, hashedMs: number): void;
  forget(path: BytePath): void;
  /** All that is known of a folder. */
  folder(path: BytePath): FolderRecord | undefined;
  setFolder(path: BytePath, record: FolderRecord): void;
  /** The folder and all below it. */
  forgetFolder(path: BytePath): void;
  /** Where the record of a folder lies in `shared()`, while it is as it was read; undefined where it is not. */
  storedAt(path: BytePath): number | undefined;
  /** The bytes of the index as they were read, for other threads. */
  shared(): SharedArrayBuffer;
  /** Milliseconds since 1970 by the clock of the index's file system. */
  now(): number;
  /** Writes the file if something changed. Where it cannot be written it stays as it is: nothing depends on it. */
  save(): void;
}

/** Folders that are gone are looked for once the index has grown to twice what it was then. */
const PRUNE_FLOOR = 1_024;
/** The same for files, of a folder that was never looked at as a whole. */
const PRUNE_FILES_FLOOR = 4_096;

/** `file`: where the index lies; `root`: what relative paths are relative to. */
export function openStatIndex(file: string, root: BytePath): StatIndex {
  return new FolderIndex(file, root);
}

class FolderIndex implements StatIndex {
  readonly #file: string;
  readonly #root: BytePath;
  #base: IndexFile | undefined;
  #shared: SharedArrayBuffer | undefined;
  #clockOffsetMs: number | undefined;
  /** Decoded, or new, records by folder; undefined where a folder was forgotten. */
  readonly #records = new Map<BytePath, FolderRecord | undefined>();
  /** Folders whose record is not that of the file. */
  readonly #changed = new Set<BytePath>();
  /** Single files seen since, by folder and name. */
  readonly #entries = new Map<BytePath, Map<BytePath, FileEntry | undefined>>();

  constructor(file: string, root: BytePath) {
    this.#file = file;
    this.#root = root;
  }

  lookup(path: BytePath, stat: FileTimes): Digest | undefined {
    const [folder, name] = parted(path);
    const entries = this.#entries.get(folder);
    if (entries?.has(name) === true) {
      const entry = entries.get(name);
      return entry?.trusted === true && sameTimes(entry, stat) ? digestText(entry.digest) : undefined;
    }
    const rows = this.#record(folder)?.rows;
    if (rows === undefined) return undefined;
    const row = findRow(rows, name);
    if (row === -1 || rowType(rows, row) > ROW.exec || !isTrusted(rows, row) || !matchesStat(rows, row, stat)) return undefined;
    return digestText(digestOfRow(rows, row));
  }

  record(path: BytePath, stat: FileTimes, digest: Digest, hashedMs: number): void {
    const { size, mtimeMs, ctimeMs, ino } = stat;
    const trusted = isSettled(mtimeMs, ctimeMs, hashedMs);
    this.#note(path, { size, mtimeMs, ctimeMs, ino, digest: Buffer.from(digest, 'hex'), trusted });
  }

  forget(path: BytePath): void {
    const [folder, name] = parted(path);
    const rows = this.#record(folder)?.rows;
    if (this.#entries.get(folder)?.has(name) === true || (rows !== undefined && findRow(rows, name) !== -1)) this.#note(path, undefined);
  }

  folder(path: BytePath): FolderRecord | undefined {
    const entries = this.#entries.get(path);
    if (entries === undefined) return this.#record(path);
    const merged = mergeRows(this.#record(path) ?? { rows: NO_ROWS }, entries);
    this.setFolder(path, merged);
    return merged;
  }

  setFolder(path: BytePath, record: FolderRecord): void {
    this.#entries.delete(path);
    this.#records.set(path, record);
    this.#changed.add(path);
  }

  forgetFolder(path: BytePath): void {
    const below = `${path}/`;
    // Asked for every path that is missing, and nearly always there is nothing to forget.
    if (this.#records.get(path) === undefined && !this.#entries.has(path) && !this.#load().folders.has(path)) return;
    for (const folder of this.#known()) {
      if (folder !== path && !folder.startsWith(below)) continue;
      this.#entries.delete(folder);
      this.#records.set(folder, undefined);
      this.#changed.add(folder);
    }
  }

  storedAt(path: BytePath): number | undefined {
    return this.#changed.has(path) || this.#entries.has(path) ? undefined : this.#load().folders.get(path);
  }

  shared(): SharedArrayBuffer {
    if (this.#shared === undefined) {
      const { bytes } = this.#load();
      this.#shared = new SharedArrayBuffer(bytes.length);
      Buffer.from(this.#shared).set(bytes);
    }
    return this.#shared;
  }

  now(): number {
    this.#clockOffsetMs ??= measureClockOffset(dirname(this.#file));
    return Date.now() + this.#clockOffsetMs;
  }

  save(): void {
    for (const folder of this.#entries.keys()) this.folder(folder);
    if (this.#changed.size === 0) return;
    const before = this.#load();
    const records = new Map<BytePath, Buffer>();
    for (const [folder, at] of before.folders) if (!this.#changed.has(folder)) records.set(folder, recordBytes(before, at));
    for (const folder of this.#changed) {
      const record = this.#records.get(folder);
      if (record !== undefined && record.rows.names.length + Number(record.whole !== undefined) > 0)
        records.set(folder, encodeFolderRecord(this.#pruned(folder, record)));
    }
    if (records.size > PRUNE_FLOOR && records.size > 2 * before.folders.size) this.#dropMissing(records);
    ignoringUnwritable(() => writeFileAtomic(this.#file, encodeIndexFile(records)));
    this.#records.clear();
    this.#changed.clear();
    this.#base = undefined;
    this.#shared = undefined;
  }

  /** Folders of which something is known. */
  #known(): readonly BytePath[] {
    const known = new Set([...this.#load().folders.keys(), ...this.#entries.keys()]);
    for (const [folder, record] of this.#records) {
      if (record === undefined) known.delete(folder);
      else known.add(folder);
    }
    return [...known, ...this.#entries.keys()];
  }

  #note(path: BytePath, entry: FileEntry | undefined): void {
    const [folder, name] = parted(path);
    const entries = this.#entries.get(folder);
    if (entries === undefined) this.#entries.set(folder, new Map([[name, entry]]));
    else entries.set(name, entry);
  }

  #record(folder: BytePath): FolderRecord | undefined {
    if (this.#records.has(folder)) return this.#records.get(folder);
    const file = this.#load();
    const at = file.folders.get(folder);
    const record = at === undefined ? undefined : decodeFolderRecord(recordBytes(file, at));
    this.#records.set(folder, record);
    return record;
  }

  #load(): IndexFile {
    return (this.#base ??= readIndexFile(this.#file) ?? EMPTY_INDEX);
  }

  #pruned(folder: BytePath, record: FolderRecord): FolderRecord {
    const { names } = record.rows;
    const at = this.#load().folders.get(folder);
    const before = at === undefined ? 0 : decodeFolderRecord(recordBytes(this.#load(), at)).rows.types.length;
    if (record.whole !== undefined || names.length <= PRUNE_FILES_FLOOR || names.length <= 2 * before) return record;
    const gone = names.filter((name) => !this.#exists(atOrBelow(folder, name)));
    return mergeRows(record, new Map(gone.map((name) => [name, undefined])));
  }

  #dropMissing(records: Map<BytePath, Buffer>): void {
    for (const folder of records.keys()) if (!this.#exists(folder)) records.delete(folder);
  }

  #exists(path: BytePath): boolean {
    const absolute = path.startsWith('/') ? path : inFolder(this.#root, path);
    return lstatSync(toSystemPath(absolute), { throwIfNoEntry: false }) !== undefined;
  }
}

function parted(path: BytePath): readonly [folder: BytePath, name: BytePath] {
  const slash = path.lastIndexOf('/');
  if (slash === -1) return [TOP, path];
  return [asBytePath(slash === 0 ? '/' : path.slice(0, slash)), asBytePath(path.slice(slash + 1))];
}

function sameTimes(a: FileTimes, b: FileTimes): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

function readIndexFile(file: string): IndexFile | undefined {
  try {
    const bytes = readFileSync(file);
    return decodeIndexFile(bytes.byteOffset % 8 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function ignoringUnwritable(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT')) throw error;
  }
}
