import { lstatSync, type Stats } from 'node:fs';
import { isTemporaryName } from '../../core/encoding/tree-format.ts';
import { readEntries, readNames } from '../../fs/byte-names.ts';
import { toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import type { FolderRecord, KnownTree, WholeFolder } from '../../fs/stat-index/folder-record.ts';
import { NO_ROWS, type Rows } from '../../fs/stat-index/rows.ts';
import { isSettled } from '../../fs/stat-index/trust.ts';
import { sourceChanged } from '../workspace/source-changed.ts';
import { encodeFolder } from './folder-tree.ts';
import type { ByteSink } from './read-small-file.ts';
import { scanNames } from './scan-names.ts';

/** The view in which everything counts. */
export const EVERYTHING = '0'.repeat(32);
/** A folder with more names is looked at in parts, by several threads. */
export const PART_NAMES = 2_048;

export interface FolderToScan {
  /** Absolute. */
  readonly folder: BytePath;
  readonly record: FolderRecord | undefined;
  /** Digest of the ignore rules that hold here, or `EVERYTHING`. */
  readonly view: string;
  readonly ignores?: (name: BytePath, isFolder: boolean) => boolean;
  /** Takes trees too, under no name. */
  readonly sink?: ByteSink & { putTree(tree: KnownTree, bytes: Uint8Array): void };
  now(): number;
}

export interface ScannedFolder {
  /** What lies in the folder; undefined: all is as the record says. */
  readonly rows?: Rows;
  readonly folders: readonly BytePath[];
  readonly special: readonly BytePath[];
  readonly bytes: number;
  readonly whole: WholeFolder;
  /** Something that a killed checkout had not finished lies here too. */
  readonly hasLeftovers?: boolean;
  /** Where nothing is missing to know it: no folders below, nothing special. */
  readonly tree?: KnownTree;
}

/** Names of a folder that has too many for one go. */
export interface ManyNames {
  /** Undefined: those of the record. */
  readonly names?: readonly BytePath[];
  readonly whole: WholeFolder;
  readonly hasLeftovers?: boolean;
}

/** One folder level. Undefined where no folder lies there any more. */
export function scanFolder(job: FolderToScan): ScannedFolder | ManyNames | undefined {
  const { folder, record, view, sink } = job;
  const readMs = job.now();
  const before = lstatFolder(folder);
  if (before === undefined) return undefined;
  const sameNames = record?.whole !== undefined && isSameView(record.whole, view) && isSameFolder(record.whole, before);
  const listed = sameNames ? { names: record.rows.names } : namesIn(folder, record === undefined);
  const { names, hasLeftovers = false } = listed;
  const settled = isSettled(before.mtimeMs, before.ctimeMs, readMs);
  // With leftovers the names are listed every time, until somebody has removed them.
  const whole = wholeFolder(before, view, true, sameNames ? record.whole.trusted : settled && !hasLeftovers);
  if (names.length > PART_NAMES) return { whole: sameNames ? record.whole : whole, hasLeftovers, ...(sameNames ? {} : { names }) };
  const scanned = scanNames({
    folder,
    ...listed,
    sameNames,
    known: record?.rows ?? NO_ROWS,
    now: () => job.now(),
    ...(job.ignores === undefined ? {} : { ignores: job.ignores }),
    ...(sink === undefined ? {} : { sink }),
  });
  const isSettledStill = checkFolder(folder, before);
  const result = {
    ...scanned,
    hasLeftovers,
    whole: sameNames ? record.whole : { ...whole, nothingIgnored: scanned.nothingIgnored, trusted: whole.trusted && isSettledStill },
  };
  if (scanned.folders.length + scanned.special.length > 0) return result;
  return { ...result, tree: treeOfFolder(job, scanned.rows) };
}

/** True where nothing came or went meanwhile. Another folder, or a symlink, in its place would make all that was read wrong. */
export function checkFolder(folder: BytePath, before: { ino: number; mtimeMs: number; ctimeMs: number }): boolean {
  const now = lstatFolder(folder);
  if (now?.ino !== before.ino) throw sourceChanged(folder);
  return now.mtimeMs === before.mtimeMs && now.ctimeMs === before.ctimeMs;
}

function treeOfFolder(job: FolderToScan, rows: Rows | undefined): KnownTree {
  const { record, sink } = job;
  const known = rows === undefined ? record?.tree : undefined;
  if (known !== undefined && (sink === undefined || sink.has(known.digest, -1))) return known;
  const { tree, bytes } = encodeFolder(rows ?? record?.rows ?? NO_ROWS, job.folder);
  sink?.putTree(tree, bytes);
  return tree;
}

function wholeFolder(stat: Stats, view: string, nothingIgnored: boolean, trusted: boolean): WholeFolder {
  return { view, nothingIgnored, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs, ino: stat.ino, trusted };
}

/** Where nothing was ignored, ignoring nothing finds the same. */
function isSameView(whole: WholeFolder, view: string): boolean {
  return whole.view === view || (whole.nothingIgnored && view === EVERYTHING);
}

function isSameFolder(whole: WholeFolder, stat: Stats): boolean {
  return whole.trusted && whole.mtimeMs === stat.mtimeMs && whole.ctimeMs === stat.ctimeMs && whole.ino === stat.ino;
}

function lstatFolder(folder: BytePath): Stats | undefined {
  try {
    const stat = lstatSync(toSystemPath(folder), { throwIfNoEntry: false });
    return stat?.isDirectory() === true ? stat : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return undefined;
    throw asIoError(error, 'look at', toDisplayPath(folder));
  }
}

interface Listed {
  /** Sorted by bytes. */
  readonly names: readonly BytePath[];
  readonly files?: ReadonlySet<BytePath>;
  readonly hasLeftovers?: boolean;
}

/** With the types where nothing is known of the names: then most will be read, and a type saves a stat. */
function namesIn(folder: BytePath, withTypes: boolean): Listed {
  try {
    if (!withTypes) return sorted(readNames(folder));
    const entries = readEntries(folder);
    const files = new Set<BytePath>();
    for (const entry of entries) if (entry.isFile()) files.add(entry.name);
    return { ...sorted(entries.map((entry) => entry.name)), files };
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) throw sourceChanged(folder);
    throw asIoError(error, 'read the folder', toDisplayPath(folder));
  }
}

function sorted(all: readonly BytePath[]): Listed {
  const names = all.filter((name) => !isTemporaryName(name)).sort();
  return { names, hasLeftovers: names.length < all.length };
}
