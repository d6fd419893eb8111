import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { toDisplayPath, type BytePath } from '../../fs/byte-path.ts';
import { openIgnore } from '../../fs/ignore.ts';
import { toPlainError } from '../../fs/plain-error.ts';
import { startTracing, takeSpans, type Span } from '../../fs/trace.ts';
import { decodeFolderRecord } from '../../fs/stat-index/folder-record.ts';
import { openStore } from '../open-store.ts';
import { treeReader } from '../tree-objects.ts';
import { movable } from './jobs.ts';
import { THE_END, type Answer, type Question } from './messages.ts';
import { ObjectSink } from './object-sink.ts';
import { runJob, type Thread } from './run-job.ts';

/** What a worker of the store is started with. */
export interface WorkerSetup {
  readonly cacheDir: string;
  readonly root: BytePath;
  /** The stat index as it was read. */
  readonly index: SharedArrayBuffer;
  /** By how much the clock that stamps files is ahead of ours, milliseconds. */
  readonly clockOffsetMs: number;
  readonly ignores: boolean;
  readonly traces?: boolean;
}

const setup = workerData as WorkerSetup;
if (setup.traces === true) startTracing();
const thread = openThread();

parentPort?.on('message', (message: Question | typeof THE_END) => {
  if (message === THE_END) {
    parentPort?.close();
    return;
  }
  const { id, job } = message;
  try {
    const result = runJob(thread, job);
    parentPort?.postMessage({ id, result, ...spans() } satisfies Answer, movable(result));
  } catch (error) {
    parentPort?.postMessage({ id, error: toPlainError(error), ...spans() } satisfies Answer);
  }
});

function spans(): { readonly spans?: readonly Span[] } {
  return setup.traces === true ? { spans: takeSpans() } : {};
}

function openThread(): Thread {
  const { store } = openStore({ cacheDir: setup.cacheDir, readOnly: false });
  const index = Buffer.from(setup.index);
  let sink: ObjectSink | undefined;
  return {
    root: setup.root,
    record: (_folder, at) => (at === undefined ? undefined : decodeFolderRecord(index.subarray(at))),
    store,
    treeRows: treeReader(store),
    ignore: setup.ignores ? openIgnore(toDisplayPath(setup.root)) : undefined,
    sink: () => (sink ??= new ObjectSink(store, join(setup.cacheDir, 'packs'), 0)),
    now: () => Date.now() + setup.clockOffsetMs,
  };
}
