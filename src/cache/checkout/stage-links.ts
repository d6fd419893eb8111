import { closeSync, fstatSync, lstatSync, rmSync, type Stats } from 'node:fs';
import type { Digest } from '../../core/content.ts';
import type { TreeRow } from '../../core/encoding/tree-format.ts';
import { inFolder, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError, withIoErrors } from '../../fs/errno.ts';
import { OBJECT_MODE } from '../objects/loose-objects.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { LinkType } from '../types.ts';
import { placeLink } from '../workspace/links-to-objects.ts';
import { writeFile } from './write-file.ts';

export interface LinksToStage {
  readonly store: ObjectStore;
  /** A folder that nobody else knows. */
  readonly folder: BytePath;
  /** Where that folder will be, for messages. */
  readonly path: BytePath;
  readonly link: readonly LinkType[];
}

/** Is told of each file that was placed, with its own stat. */
type Placed = (row: TreeRow, stat: Stats) => void;

/**
 * Makes small files of a folder as links to their objects, every byte verified. An object that is in a pack only is written once: the
 * file in the folder becomes the object by a second name.
 */
export function stageLinks(job: LinksToStage, rows: readonly TreeRow[], readMany: ReadMany, placed: Placed): void {
  const packed = linkLoose(job, rows, placed);
  const again = writeFromPacks(job, packed, readMany, placed);
  for (const row of again) placed(row, linkOne(job, row));
}

/** Verified bytes of these rows, each once. */
type ReadMany = (rows: readonly TreeRow[], take: (row: TreeRow, bytes: Buffer) => void) => void;

/** Rows whose objects are no good files of their own are returned. */
function linkLoose(job: LinksToStage, rows: readonly TreeRow[], placed: Placed): readonly TreeRow[] {
  const { loose } = job.store;
  const others: TreeRow[] = [];
  // A file that cannot be opened costs more than a look before: it is asked for first once one was not there.
  let isLikely = true;
  for (const row of rows) {
    const file: number | undefined =
      isLikely || loose.sizeOf(row.digest) === row.size ? loose.openVerified(row.digest, row.size) : undefined;
    isLikely = file !== undefined;
    if (file === undefined) others.push(row);
    else placed(row, linkOpen(job, row, file));
  }
  return others;
}

/** Closes the file. */
function linkOpen(job: LinksToStage, row: TreeRow, file: number): Stats {
  try {
    const type = place(job, row);
    if (type === 'hardlink') return fstatSync(file);
    if (type === 'symlink') return lstatSync(toSystemPath(temporaryOf(job, row)));
  } finally {
    closeSync(file);
  }
  return linkOne(job, row);
}

/** Rows that are still to be placed are returned: objects that come more than once, or that another process stored meanwhile. */
function writeFromPacks(job: LinksToStage, rows: readonly TreeRow[], readMany: ReadMany, placed: Placed): readonly TreeRow[] {
  const again: TreeRow[] = [];
  const first = new Map<Digest, TreeRow>();
  for (const row of rows) {
    if (first.has(row.digest)) again.push(row);
    else first.set(row.digest, row);
  }
  let makesObjects = job.link[0] === 'hardlink';
  readMany([...first.values()], (row, bytes) => {
    const { outcome, stat } = makesObjects ? writeAsObject(job, row, bytes) : UNABLE;
    if (outcome === 'linked') placed(row, stat);
    else if (outcome === 'exists') again.push(row);
    else {
      makesObjects = false;
      job.store.loose.putCopy(row.digest, bytes);
      placed(row, placeOrCopy(job, row, bytes));
    }
  });
  return again;
}

type Outcome = { readonly outcome: 'linked'; readonly stat: Stats } | { readonly outcome: 'exists' | 'unable'; readonly stat?: undefined };

const UNABLE: Outcome = { outcome: 'unable' };

/** The file is written, and linked into the store; where that is not possible nothing of it is left. */
function writeAsObject(job: LinksToStage, row: TreeRow, bytes: Uint8Array): Outcome {
  const temporary = temporaryOf(job, row);
  let outcome = 'unable' as Outcome['outcome'];
  const stat = writeFile({ temporary, path: pathOf(job, row), mode: OBJECT_MODE }, bytes, () => {
    outcome = job.store.loose.linkCopy(toSystemPath(temporary), row.digest);
  });
  if (outcome === 'linked') return { outcome, stat };
  withIoErrors('delete', shown(job, row), () => rmSync(toSystemPath(temporary)));
  return { outcome };
}

/** By itself, wherever the object is. */
function linkOne(job: LinksToStage, row: TreeRow): Stats {
  return placeOrCopy(job, row, job.store.readLoose(row.digest, shown(job, row)));
}

function placeOrCopy(job: LinksToStage, row: TreeRow, bytes: Uint8Array): Stats {
  if (place(job, row) === undefined) return writeFile({ temporary: temporaryOf(job, row), path: pathOf(job, row), mode: 0o666 }, bytes);
  return lstatSync(toSystemPath(temporaryOf(job, row)));
}

function place(job: LinksToStage, row: TreeRow): 'hardlink' | 'symlink' | undefined {
  try {
    return placeLink(job.link, job.store.loose.pathOf(row.digest), temporaryOf(job, row));
  } catch (error) {
    throw asIoError(error, 'link', shown(job, row));
  }
}

function temporaryOf({ folder }: LinksToStage, { name }: TreeRow): BytePath {
  return inFolder(folder, name);
}

function pathOf({ path }: LinksToStage, { name }: TreeRow): BytePath {
  return inFolder(path, name);
}

function shown(job: LinksToStage, row: TreeRow): string {
  return toDisplayPath(pathOf(job, row));
}
