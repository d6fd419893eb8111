import { closeSync, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';
import type { Digest } from '../../core/content.ts';
import type { TreeRow } from '../../core/encoding/tree-format.ts';
import { toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError } from '../../fs/errno.ts';
import { DIGEST_BYTES, ROW, RowsBuilder, type FileTimes, type Rows } from '../../fs/stat-index/rows.ts';
import { writeAll } from '../../fs/write-atomic.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { LARGEST_AT_ONCE } from '../scan/read-small-file.ts';
import type { LinkType } from '../types.ts';
import { linksToObjects } from '../workspace/links-to-objects.ts';
import { placeLink } from '../workspace/relink.ts';

export interface RowsToStage {
  readonly store: ObjectStore;
  /** Sorted by name. */
  readonly rows: readonly TreeRow[];
  /** An empty folder that nobody else knows. */
  readonly folder: BytePath;
  /** Where that folder will be, for messages. */
  readonly path: BytePath;
  readonly link: readonly LinkType[];
  /** Files of their own are cloned, which this does not do. */
  readonly reflink: boolean;
}

export interface StagedRows {
  /** The files that were written. */
  readonly files: Rows;
  /** Folders, symlinks, large files: left to the caller. */
  readonly others: readonly TreeRow[];
  /** Some of the files are symlinks to objects, and not in `files`. */
  readonly hasLinks: boolean;
  readonly bytes: number;
}

/**
 * Writes the small files of a folder, verified, those in packs in the order in which they lie there. Synchronous, for the same
 * reason as scanNames. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT, MLO_CACHE_IO.
 */
export function stageRows(job: RowsToStage): StagedRows {
  const { store, rows, folder } = job;
  const copied: TreeRow[] = [];
  const others: TreeRow[] = [];
  const stats = new Map<BytePath, FileTimes>();
  let hasLinks = false;
  let bytes = 0;
  for (const row of rows) {
    const isFile = row.type === 'file' || row.type === 'exec';
    if (!isFile || row.size > LARGEST_AT_ONCE) others.push(row);
    else if (linksToObjects(job.link) && row.type === 'file' && row.size > 0) {
      const stat = linkFile(job, row);
      if (stat.isFile()) stats.set(row.name, stat);
      else hasLinks = true;
      bytes += row.size;
    } else if (job.reflink && store.isLoose(row.size)) others.push(row);
    else copied.push(row);
  }
  const digests = Buffer.alloc(copied.length * DIGEST_BYTES);
  copied.forEach((row, at) => digests.write(row.digest, at * DIGEST_BYTES, 'hex'));
  naming(job, copied, stats, () =>
    store.readMany(digests, (at, content) => {
      const row = copied[at] as TreeRow;
      stats.set(row.name, writeFile(`${folder}/${row.name}`, `${job.path}/${row.name}`, content, row.type === 'exec' ? 0o777 : 0o666));
      bytes += content.length;
    }),
  );
  return { files: toRows(rows, stats), others, hasLinks, bytes };
}

function toRows(rows: readonly TreeRow[], stats: ReadonlyMap<BytePath, FileTimes>): Rows {
  const builder = new RowsBuilder(stats.size);
  for (const row of rows) {
    const stat = stats.get(row.name);
    if (stat !== undefined)
      builder.addFile(row.name, row.type === 'exec' ? ROW.exec : ROW.file, stat, Buffer.from(row.digest, 'hex'), true);
  }
  return builder.rows();
}

function writeFile(temporary: BytePath, path: BytePath, bytes: Uint8Array, mode: number): Stats {
  try {
    const file = openSync(toSystemPath(temporary), 'wx', mode);
    try {
      writeAll(file, bytes);
      return fstatSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw asIoError(error, 'write', toDisplayPath(path));
  }
}

function linkFile({ store, folder, path, link }: RowsToStage, row: TreeRow): Stats {
  const shown = toDisplayPath(`${path}/${row.name}`);
  const temporary = `${folder}/${row.name}`;
  const bytes = makeLoose(store, row.digest, shown);
  if (!placeLink(link, store.loose.pathOf(row.digest), temporary)) return writeFile(temporary, `${path}/${row.name}`, bytes, 0o666);
  return lstatSync(toSystemPath(temporary));
}

/** The bytes of an object that is a file of its own afterwards, verified once; a broken file gives way to a good copy from elsewhere. */
function makeLoose(store: ObjectStore, digest: Digest, shown: string): Uint8Array {
  const own = store.loose.read(digest);
  if (own !== undefined) return own;
  const bytes = store.read(digest, shown);
  store.loose.putCopy(digest, bytes);
  return bytes;
}

/** An error of the store that does not know for which path it read is told once more, with the path. */
function naming(job: RowsToStage, rows: readonly TreeRow[], done: ReadonlyMap<BytePath, FileTimes>, work: () => void): void {
  try {
    work();
  } catch (error) {
    for (const row of rows) if (!done.has(row.name)) job.store.read(row.digest, toDisplayPath(`${job.path}/${row.name}`));
    throw error;
  }
}
