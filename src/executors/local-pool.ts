import { createSchedule, type PoolNode, type RunResult, type ScheduleLimits, type SkipReason } from './schedule.ts';

export type { FailurePolicy, PoolNode, RunResult, SkipReason } from './schedule.ts';

export interface PoolRequest extends ScheduleLimits {
  /** Upstream stages may stand anywhere; the order decides among those that are ready. */
  readonly order: readonly PoolNode[];
  /** Aborted: no more starts. Ending what runs is up to `run`. */
  readonly signal: AbortSignal;
  /** `free`: to be called, at most once, when the stage has nothing left but to be recorded; that does not keep its slot. */
  readonly run: (id: string, free: () => void) => Promise<RunResult>;
  /** Once for every stage that will not run: the blocked ones at once, the cancelled ones at the end. */
  readonly onSkipped: (id: string, why: SkipReason) => void;
}

/**
 * Runs stages in this process, each as soon as its inputs are ready, within `jobs` and `cpus`.
 * Resolves when nothing runs any more. Should `run` throw, nothing more is started and the first
 * such error is thrown once the others have ended.
 */
export async function runPool(request: PoolRequest): Promise<void> {
  const { order, signal, run, onSkipped } = request;
  const schedule = createSchedule(order, request);
  const { promise: idle, resolve } = Promise.withResolvers<void>();
  const faults: unknown[] = [];

  function startMore(): void {
    if (signal.aborted) schedule.stop();
    for (let id = schedule.next(); id !== undefined; id = schedule.next()) {
      void runOne(id);
      if (signal.aborted) schedule.stop();
    }
    if (!schedule.isBusy()) resolve();
  }

  async function runOne(id: string): Promise<void> {
    const blocked = schedule.finish(id, await resultOf(id));
    for (const each of blocked) onSkipped(each, 'blocked');
    startMore();
  }

  async function resultOf(id: string): Promise<RunResult> {
    try {
      return await run(id, () => {
        schedule.free(id);
        startMore();
      });
    } catch (error) {
      faults.push(error);
      schedule.stop();
      return 'failed';
    }
  }

  startMore();
  await idle;
  if (faults.length > 0) throw faults[0];
  for (const id of schedule.rest()) onSkipped(id, 'cancelled');
}
