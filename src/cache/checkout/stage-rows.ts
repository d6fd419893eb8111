import type { TreeRow } from '../../core/encoding/tree-format.ts';
import { inFolder, toDisplayPath, type BytePath } from '../../fs/byte-path.ts';
import { LARGEST_AT_ONCE } from '../../fs/read-whole.ts';
import { DIGEST_BYTES, ROW, RowsBuilder, type FileTimes, type Rows } from '../../fs/stat-index/rows.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { LinkType } from '../types.ts';
import { linksToObjects } from '../workspace/links-to-objects.ts';
import { stageLinks } from './stage-links.ts';
import { writeFile } from './write-file.ts';

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
  const { store, rows, folder, path } = job;
  const others: TreeRow[] = [];
  const copied: TreeRow[] = [];
  const linked: TreeRow[] = [];
  for (const row of rows) {
    const isFile = row.type === 'file' || row.type === 'exec';
    if (!isFile || row.size > LARGEST_AT_ONCE) others.push(row);
    else if (linksToObjects(job.link) && row.type === 'file' && row.size > 0) linked.push(row);
    else if (job.reflink && store.isLoose(row.size)) others.push(row);
    else copied.push(row);
  }
  const stats = new Map<BytePath, FileTimes>();
  let hasLinks = false;
  let bytes = 0;
  if (linked.length > 0)
    stageLinks(
      job,
      linked,
      (some, take) => readRows(job, some, stats, take),
      (row, stat) => {
        if (stat.isFile()) stats.set(row.name, stat);
        else hasLinks = true;
        bytes += row.size;
      },
    );
  readRows(job, copied, stats, ({ name, type }, content) => {
    const mode = type === 'exec' ? 0o777 : 0o666;
    stats.set(name, writeFile({ temporary: inFolder(folder, name), path: inFolder(path, name), mode }, content));
    bytes += content.length;
  });
  return { files: toRows(rows, stats), others, hasLinks, bytes };
}

function toRows(rows: readonly TreeRow[], stats: ReadonlyMap<BytePath, FileTimes>): Rows {
  const builder = new RowsBuilder(stats.size);
  const digests = digestsOf(rows);
  rows.forEach(({ name, type }, at) => {
    const stat = stats.get(name);
    const digest = digests.subarray(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES);
    if (stat !== undefined) builder.addFile(name, type === 'exec' ? ROW.exec : ROW.file, stat, digest, true);
  });
  return builder.rows();
}

/** 32 bytes each; decoded at once, which is faster. */
function digestsOf(rows: readonly TreeRow[]): Buffer {
  return Buffer.from(rows.map(({ digest }) => digest).join(''), 'hex');
}

/**
 * Verified bytes of the objects of these rows, in the order in which they lie in packs. An error of the store that does not know for
 * which path it read is told once more, with the path of one that is not `done`.
 */
function readRows(
  { store, path }: RowsToStage,
  rows: readonly TreeRow[],
  done: ReadonlyMap<BytePath, FileTimes>,
  take: (row: TreeRow, bytes: Buffer) => void,
): void {
  try {
    store.readMany(digestsOf(rows), (at, bytes) => take(rows[at] as TreeRow, bytes));
  } catch (error) {
    for (const row of rows) if (!done.has(row.name)) store.read(row.digest, toDisplayPath(inFolder(path, row.name)));
    throw error;
  }
}
