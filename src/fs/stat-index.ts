import { closeSync, fstatSync, lstatSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Digest } from '../core/content.ts';
import { toSystemPath, type BytePath } from './byte-path.ts';
import { isErrno } from './errno.ts';
import { decodeStatTable, encodeStatTable, type StatEntry, type StatKey, type StatTable } from './stat-index-format.ts';
import { temporaryName } from './temporary-name.ts';
import { writeFileAtomic } from './write-atomic.ts';
import { makeFolder } from './make-folder.ts';

/**
 * Digests of files whose stat has not changed since they were hashed. Disposable: a missing or damaged
 * file is an empty index.
 *
 * Racy-safe as Git's index is: a file changed again within one tick of its clock, to the same size, has
 * the same stat. So an entry is trusted only where the file's ctime (which nobody can set) is older, by
 * more than a tick, than the moment its hashing began; any later change must then show another ctime.
 */
export interface StatIndex {
  /** The digest of the file at `path` with this stat, or undefined where it must be hashed. */
  lookup(path: BytePath, stat: StatKey): Digest | undefined;
  /** `hashedMs`: `now()` from before the first byte was read; `stat` as it was both before and after. */
  record(path: BytePath, stat: StatKey, digest: Digest, hashedMs: number): void;
  forget(path: BytePath): void;
  /** Milliseconds since 1970 by the clock of the index's file system. */
  now(): number;
  /** Writes the file if something changed. Where it cannot be written it stays as it is: nothing depends on it. */
  save(): void;
}

/** Kernels stamp files with a clock that ticks every 1 to 10 ms; some file systems keep only (even) seconds. */
export const FINE_TICK_MS = 20;
const COARSE_TICK_MS = 2_100;
/** Entries of files that are gone are looked for once the index has grown to twice what it was then. */
const PRUNE_FLOOR = 4_096;

/** `file`: where the index lies; `root`: what relative paths are relative to. */
export function openStatIndex(file: string, root: BytePath): StatIndex {
  let table: StatTable | undefined;
  let loaded = false;
  let clockOffsetMs: number | undefined;
  const changed = new Map<BytePath, StatEntry | undefined>();

  function load(): StatTable | undefined {
    if (!loaded) table = readTable(file);
    loaded = true;
    return table;
  }

  function save(): void {
    if (changed.size === 0) return;
    const entries = merge(load(), changed);
    if (entries.size > PRUNE_FLOOR && entries.size > 2 * (load()?.count ?? 0)) dropMissing(entries, root);
    ignoringUnwritable(() => writeFileAtomic(file, encodeStatTable(entries)));
    changed.clear();
    loaded = false;
  }

  return {
    lookup(path, stat) {
      const fresh = changed.get(path);
      if (fresh !== undefined) return sameStat(fresh, stat) && isSettled(fresh) ? fresh.digest : undefined;
      if (changed.has(path)) return undefined;
      const row = load()?.rows.get(path);
      if (row === undefined || table === undefined || !table.matches(row, stat)) return undefined;
      const entry = table.entry(row);
      return isSettled(entry) ? entry.digest : undefined;
    },
    record(path, stat, digest, hashedMs) {
      const { size, mtimeMs, ctimeMs, ino } = stat;
      changed.set(path, { size, mtimeMs, ctimeMs, ino, digest, hashedMs });
    },
    forget(path) {
      if (changed.has(path) || load()?.rows.has(path) === true) changed.set(path, undefined);
    },
    now() {
      clockOffsetMs ??= measureClockOffset(dirname(file));
      return Date.now() + clockOffsetMs;
    },
    save,
  };
}

function isSettled(entry: StatEntry): boolean {
  const isCoarse = Number.isInteger(entry.mtimeMs / 1000) && Number.isInteger(entry.ctimeMs / 1000);
  return entry.ctimeMs + (isCoarse ? COARSE_TICK_MS : FINE_TICK_MS) < entry.hashedMs;
}

function sameStat(a: StatKey, b: StatKey): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}

function readTable(file: string): StatTable | undefined {
  try {
    return decodeStatTable(readFileSync(file));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return undefined;
    throw error;
  }
}

function merge(table: StatTable | undefined, changed: ReadonlyMap<BytePath, StatEntry | undefined>): Map<BytePath, StatEntry> {
  const entries = new Map<BytePath, StatEntry>();
  if (table !== undefined) for (const [path, row] of table.rows) if (!changed.has(path)) entries.set(path, table.entry(row));
  for (const [path, entry] of changed) if (entry !== undefined) entries.set(path, entry);
  return entries;
}

function dropMissing(entries: Map<BytePath, StatEntry>, root: BytePath): void {
  for (const path of entries.keys()) {
    const absolute = path.startsWith('/') ? path : `${root}/${path}`;
    if (lstatSync(toSystemPath(absolute), { throwIfNoEntry: false }) === undefined) entries.delete(path);
  }
}

/** A network file system stamps files with its server's clock: one new file tells how far that is from ours. */
function measureClockOffset(folder: string): number {
  const probe = join(folder, temporaryName());
  try {
    makeFolder(folder);
    const handle = openSync(probe, 'wx');
    try {
      const offset = fstatSync(handle).ctimeMs - Date.now();
      return Math.abs(offset) < FINE_TICK_MS ? 0 : offset;
    } finally {
      closeSync(handle);
      rmSync(probe, { force: true });
    }
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT')) return 0;
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
