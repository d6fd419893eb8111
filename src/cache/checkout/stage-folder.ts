import { mkdirSync } from 'node:fs';
import type { Digest } from '../../core/content.ts';
import { toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { PART_NAMES } from '../scan/scan-folder.ts';
import type { Thread } from '../workers/run-job.ts';
import type { LinkType } from '../types.ts';
import { stageRows, type StagedRows } from './stage-rows.ts';

/** Make a folder and write the files of one level into it. */
export interface StageFolderJob {
  readonly kind: 'stage-folder';
  readonly tree: Digest;
  /** What is made; nobody else knows it. */
  readonly folder: BytePath;
  /** Where it will be. */
  readonly path: BytePath;
  readonly link: readonly LinkType[];
  readonly reflink: boolean;
}

/** Write some of the files of a large folder, which exists. */
export interface StagePartJob extends Omit<StageFolderJob, 'kind'> {
  readonly kind: 'stage-part';
  readonly from: number;
  readonly to: number;
}

/** The folder was made, but its names are too many for one go. */
export interface ManyRows {
  readonly count: number;
}

export function stageFolder(thread: Thread, job: StageFolderJob): StagedRows | ManyRows {
  withIoErrors('make the folder', toDisplayPath(job.path), () => mkdirSync(toSystemPath(job.folder)));
  const rows = thread.treeRows(job.tree, toDisplayPath(job.path));
  return rows.length > PART_NAMES ? { count: rows.length } : stageRows({ ...job, store: thread.store, rows });
}

export function stagePart(thread: Thread, job: StagePartJob): StagedRows {
  const rows = thread.treeRows(job.tree, toDisplayPath(job.path)).slice(job.from, job.to);
  return stageRows({ ...job, store: thread.store, rows });
}
