import { join } from 'node:path';
import type { IgnoreRules } from '../../fs/ignore.ts';
import { relativeTo, type BytePath } from '../../fs/byte-path.ts';
import type { StatIndex } from '../../fs/stat-index.ts';
import { isTracing } from '../../fs/trace.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { treeReader } from '../tree-objects.ts';
import { syncPacks } from '../packs/sync-pack.ts';
import { ObjectSink } from './object-sink.ts';
import { JobPool } from './pool.ts';
import { runJob, type Thread } from './run-job.ts';

/** A handful of objects is no reason for a pack. */
const SINGLE_OBJECTS = 256;

export interface JobsOptions {
  readonly cacheDir: string;
  readonly root: BytePath;
  readonly store: ObjectStore;
  readonly index: StatIndex;
  readonly ignore: IgnoreRules | undefined;
}

/** Bulk work of the store, on all cores. */
export interface BulkJobs {
  readonly pool: JobPool;
  /** Where this thread puts what it stores in bulk. */
  sink(): ObjectSink;
  /** What all threads have stored becomes visible. */
  seal(): Promise<void>;
  /** Makes what was sealed survive a power loss. */
  flush(): Promise<void>;
  close(): void;
}

export function openJobs(options: JobsOptions): BulkJobs {
  const { cacheDir, root, store, index, ignore } = options;
  const packsFolder = join(cacheDir, 'packs');
  let sink: ObjectSink | undefined;
  let unsynced: string[] = [];
  const thread: Thread = {
    root,
    record: (folder) => index.folder(relativeTo(root, folder)),
    store,
    treeRows: treeReader(store),
    ignore,
    sink: () => (sink ??= new ObjectSink(store, packsFolder, SINGLE_OBJECTS)),
    now: () => index.now(),
  };
  const pool = new JobPool({
    runHere: (job) => runJob(thread, job),
    setup: () => ({
      cacheDir,
      root,
      index: index.shared(),
      clockOffsetMs: index.now() - Date.now(),
      ignores: ignore !== undefined,
      traces: isTracing(),
    }),
  });
  return {
    pool,
    sink: () => thread.sink(),
    async seal() {
      unsynced.push(...(sink?.seal() ?? []));
      const sealed = await pool.seal();
      unsynced.push(...sealed.flatMap((each) => each.packs));
      store.loose.noteUnsynced(sealed.flatMap((each) => each.loose));
      if (unsynced.length > 0) store.refresh();
    },
    async flush() {
      const packs = unsynced;
      unsynced = [];
      if (packs.length > 0) await syncPacks(packsFolder, packs);
    },
    close: () => pool.close(),
  };
}
