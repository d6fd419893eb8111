import type { BytePath } from '../../fs/byte-path.ts';
import type { Rows } from '../../fs/stat-index/rows.ts';
import type { ManyRows, StageFolderJob, StagePartJob } from '../checkout/stage-folder.ts';
import type { StagedRows } from '../checkout/stage-rows.ts';
import type { ManyNames, ScannedFolder } from '../scan/scan-folder.ts';
import type { ScannedNames } from '../scan/scan-names.ts';
import type { LinkedFiles, LinkFilesJob } from '../workspace/link-files.ts';
import type { CheckJob } from '../verify/check-jobs.ts';
import type { CheckResult } from '../verify/damage.ts';

/** Where the record of a folder lies in the bytes that all threads share; undefined where nothing is known of it. */
type RecordAt = number | undefined;

/** Look at one folder level. */
export interface ScanFolderJob {
  readonly kind: 'scan-folder';
  readonly folder: BytePath;
  readonly record: RecordAt;
  readonly view: string;
  /** The bytes go into the store. */
  readonly store: boolean;
}

/** Look at some names of a large folder. */
export interface ScanPartJob {
  readonly kind: 'scan-part';
  readonly folder: BytePath;
  readonly record: RecordAt;
  /** Rows of the record that these names may be. */
  readonly from: number;
  readonly to: number;
  /** Undefined: exactly those rows. */
  readonly names?: readonly BytePath[];
  readonly view: string;
  readonly store: boolean;
}

/** Done when all jobs given to a thread before are. */
interface NothingJob {
  readonly kind: 'nothing';
}

/** What was stored becomes visible. */
interface SealJob {
  readonly kind: 'seal';
}

/** Files that one thread has stored and nobody has made durable. */
export interface Sealed {
  readonly packs: readonly string[];
  readonly loose: readonly string[];
}

/** Every kind of work that any thread can do: what goes in, what comes out. */
interface Jobs {
  'scan-folder': { readonly job: ScanFolderJob; readonly result: ScannedFolder | ManyNames | undefined };
  'scan-part': { readonly job: ScanPartJob; readonly result: ScannedNames };
  'stage-folder': { readonly job: StageFolderJob; readonly result: StagedRows | ManyRows };
  'stage-part': { readonly job: StagePartJob; readonly result: StagedRows };
  'link-files': { readonly job: LinkFilesJob; readonly result: LinkedFiles };
  'check-pack': { readonly job: CheckJob; readonly result: CheckResult };
  'check-segment': { readonly job: CheckJob; readonly result: CheckResult };
  'check-loose': { readonly job: CheckJob; readonly result: CheckResult };
  nothing: { readonly job: NothingJob; readonly result: undefined };
  seal: { readonly job: SealJob; readonly result: Sealed };
}

export type Job = Jobs[keyof Jobs]['job'];
export type ResultOf<J extends Job> = Jobs[J['kind']]['result'];

/** Memory of rows that can move to another thread instead of being copied. */
export function movable(result: unknown): readonly ArrayBuffer[] {
  const made = result as { rows?: Rows; files?: Rows } | undefined;
  const rows = made?.rows ?? made?.files;
  if (rows === undefined) return [];
  const buffers = new Set([rows.types.buffer, rows.stats.buffer, rows.digests.buffer]);
  return [...buffers].filter((buffer) => buffer instanceof ArrayBuffer);
}
