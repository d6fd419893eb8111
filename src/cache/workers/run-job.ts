import type { Digest } from '../../core/content.ts';
import type { TreeRow } from '../../core/encoding/tree-format.ts';
import { relativeTo, toDisplayPath, type BytePath } from '../../fs/byte-path.ts';
import type { IgnoreRules } from '../../fs/ignore.ts';
import type { FolderRecord } from '../../fs/stat-index/folder-record.ts';
import { NO_ROWS, partOfRows } from '../../fs/stat-index/rows.ts';
import { trace } from '../../fs/trace.ts';
import { stageFolder, stagePart } from '../checkout/stage-folder.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { EVERYTHING, scanFolder } from '../scan/scan-folder.ts';
import { scanNames } from '../scan/scan-names.ts';
import { linkFiles } from '../workspace/link-files.ts';
import type { ObjectSink } from './object-sink.ts';
import { runCheck } from '../verify/check-jobs.ts';
import type { Job, ResultOf, ScanFolderJob, ScanPartJob } from './jobs.ts';

/** What a thread needs for any job. */
export interface Thread {
  /** Of the project; absolute. */
  readonly root: BytePath;
  record(folder: BytePath, at: number | undefined): FolderRecord | undefined;
  readonly store: ObjectStore;
  /** Rows of a tree object, verified; `path` for messages. */
  treeRows(digest: Digest, path: string): readonly TreeRow[];
  readonly ignore: IgnoreRules | undefined;
  sink(): ObjectSink;
  now(): number;
}

export function runJob<J extends Job>(thread: Thread, job: J): ResultOf<J> {
  return trace(nameOf(job), () => run(thread, job)) as ResultOf<J>;
}

function nameOf(job: Job): string {
  if (job.kind === 'check-loose') return `${job.kind} ${job.folder}`;
  return 'folder' in job ? `${job.kind} ${toDisplayPath(job.folder)}` : job.kind;
}

function run(thread: Thread, job: Job): ResultOf<Job> {
  switch (job.kind) {
    case 'scan-folder':
      return scanFolder({ folder: job.folder, record: thread.record(job.folder, job.record), ...howToScan(thread, job) });
    case 'scan-part':
      return scanPart(thread, job);
    case 'stage-folder':
      return stageFolder(thread, job);
    case 'stage-part':
      return stagePart(thread, job);
    case 'link-files':
      return linkFiles(thread.store, job);
    case 'check-pack':
    case 'check-segment':
    case 'check-loose':
      return runCheck(job);
    case 'nothing':
      return undefined;
    case 'seal':
      return { packs: thread.sink().seal(), loose: thread.store.loose.takeUnsynced() };
  }
}

function scanPart(thread: Thread, job: ScanPartJob): ResultOf<ScanPartJob> {
  const known = partOfRows(thread.record(job.folder, job.record)?.rows ?? NO_ROWS, job.from, job.to);
  return scanNames({
    ...howToScan(thread, job),
    folder: job.folder,
    names: job.names ?? known.names,
    sameNames: job.names === undefined,
    known,
  });
}

type HowToScan = Pick<Parameters<typeof scanFolder>[0], 'view' | 'ignores' | 'sink' | 'now'>;

function howToScan(thread: Thread, job: ScanFolderJob | ScanPartJob): HowToScan {
  const { ignore, root } = thread;
  return {
    view: job.view,
    now: () => thread.now(),
    ...(ignore === undefined || job.view === EVERYTHING ? {} : { ignores: ignoresIn(ignore, root, job.folder) }),
    ...(job.store ? { sink: thread.sink() } : {}),
  };
}

function ignoresIn(ignore: IgnoreRules, root: BytePath, folder: BytePath): (name: BytePath, isFolder: boolean) => boolean {
  const ignores = ignore.within(folder === root ? '' : relative(root, folder));
  return (name, isFolder) => ignores(toDisplayPath(name), isFolder);
}

function relative(root: BytePath, path: BytePath): string {
  return toDisplayPath(relativeTo(root, path));
}
