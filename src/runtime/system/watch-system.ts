import { LONGEST_TIMER_MS } from '../../fs/long-timer.ts';
import type { MetricPoint } from '../../core/run.ts';
import type { ResourceUse } from '../types.ts';
import { findNvidia, sampleGpus } from './sample-gpus.ts';
import { readCpuTimes, sampleMachine, type CpuTimes, type Sample } from './sample-machine.ts';

export interface WatchSystemOptions {
  readonly intervalMs: number;
  /** A path on the disk that is watched. */
  readonly root: string;
  /** `PATH`, where nvidia-smi is looked for. */
  readonly path: string | undefined;
  /** What the run itself has in use now, bytes; undefined where that is not known. */
  readonly memory: () => number | undefined;
  /** Called with each sample; its step counts from 0. */
  readonly log: (points: readonly MetricPoint[]) => void;
}

/**
 * Samples the machine every `intervalMs`, for the first time after so long: what is over sooner costs a timer and nothing else.
 * Keeps no process alive. Returns what ends it, and then tells the most memory that was seen in use.
 */
export function watchSystem({ intervalMs, root, path, memory, log }: WatchSystemOptions): () => Pick<ResourceUse, 'peakBytes'> {
  let before = recentCpuTimes();
  let nvidia: string | undefined | 'not looked' = 'not looked';
  let peakBytes: number | undefined;
  let step = 0;
  let looking = false;
  let ended = false;

  function toPoints(sample: Sample): MetricPoint[] {
    const timestampMs = Date.now();
    return Object.entries(sample).map(([name, value]) => ({ name, value, step, timestampMs }));
  }

  async function sample(): Promise<void> {
    const now = readCpuTimes();
    const bytes = memory();
    if (bytes !== undefined) peakBytes = Math.max(bytes, peakBytes ?? 0);
    const machine = sampleMachine(before, now, root, bytes);
    before = now;
    if (nvidia === 'not looked') nvidia = findNvidia(path);
    const gpus = nvidia === undefined ? {} : await sampleGpus(nvidia);
    if (ended) return;
    log(toPoints({ ...machine, ...gpus }));
    step += 1;
  }

  const timer = setInterval(
    () => {
      if (looking) return;
      looking = true;
      // What cannot be looked at (a disk that is gone) costs one sample, and never the run.
      void sample()
        .catch(() => {})
        .finally(() => (looking = false));
    },
    Math.min(intervalMs, LONGEST_TIMER_MS),
  );
  timer.unref();
  return () => {
    ended = true;
    clearInterval(timer);
    return peakBytes === undefined ? {} : { peakBytes };
  };
}

/** Stages that start by the dozen a second share one look at the processors. */
const RECENT_MS = 1000;

let recent: { readonly atMs: number; readonly times: CpuTimes } | undefined;

function recentCpuTimes(): CpuTimes {
  const nowMs = performance.now();
  if (recent === undefined || nowMs - recent.atMs > RECENT_MS) recent = { atMs: nowMs, times: readCpuTimes() };
  return recent.times;
}
