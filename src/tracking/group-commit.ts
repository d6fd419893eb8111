import { MloError } from '../core/errors/mlo-error.ts';
import { withSqliteErrors } from './sqlite-errors.ts';
import type { MetricBatch } from '../core/run.ts';
import type { Write } from './write.ts';
import { BUSY_MS } from './when-free.ts';
import type { Writer } from './writer.ts';

/** A write waits at most this long for the commit it shares with others, milliseconds: with the 50 that a run gathers points for, 250. */
export const COMMIT_EVERY_MS = 200;

/** What the timer's commit waits for another process; the event loop stands still meanwhile. */
const TIMER_BUSY_MS = 100;

/** So many waiting points or records are committed without waiting for the timer: bounds memory. */
const MOST_PENDING = 100_000;

export interface GroupCommit {
  push(write: Write): void;
  /** Everything pushed is committed when this returns. @throws MLO_TRACKING */
  commit(): void;
  /** `commit`, and throws what was refused since the last flush. */
  flush(): void;
  /** No timer is left; call after the last flush. */
  stop(): void;
}

/** Collects writes and commits them together: every 200 ms, when many wait, and when asked. */
export function groupCommit(path: string, write: Writer): GroupCommit {
  let pending: Write[] = [];
  let weight = 0;
  let weightOfNextCommit = MOST_PENDING;
  /** When what waits began to. */
  let waitsSinceMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let refused: MloError[] = [];

  function commitPending(busyMs: number): void {
    if (pending.length === 0) return;
    refused.push(...write(pending, busyMs));
    pending = [];
    weight = 0;
    weightOfNextCommit = MOST_PENDING;
  }

  /** Nobody could catch an error here: the writes stay queued, and `commit` tries again and throws. */
  function commitInBackground(): void {
    clearTimeout(timer);
    timer = undefined;
    try {
      commitPending(TIMER_BUSY_MS);
    } catch {
      weightOfNextCommit = weight + MOST_PENDING;
      waitsSinceMs = performance.now();
      schedule();
    }
  }

  function schedule(): void {
    timer ??= setTimeout(commitInBackground, COMMIT_EVERY_MS).unref();
  }

  const commit = (): void => withSqliteErrors(path, () => commitPending(BUSY_MS));

  return {
    push(next) {
      if (pending.length === 0) waitsSinceMs = performance.now();
      pending.push(next);
      weight += next.kind === 'metrics' ? countPoints(next.batches) : 1;
      // A script that never yields runs no timers, so the age is looked at here as well.
      if (weight >= weightOfNextCommit || performance.now() - waitsSinceMs > COMMIT_EVERY_MS) commitInBackground();
      else schedule();
    },
    commit,
    flush() {
      commit();
      const errors = refused;
      refused = [];
      if (errors.length > 0) throw oneError(errors);
    },
    stop: () => clearTimeout(timer),
  };
}

function countPoints(batches: readonly MetricBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.steps.length, 0);
}

function oneError(errors: readonly MloError[]): MloError {
  const [first, ...others] = errors as [MloError, ...MloError[]];
  if (others.length === 0) return first;
  return new MloError(first.code, `${first.message} (and ${others.length} more)`, {
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: first.details,
    problems: errors.map(({ message }) => ({ message })),
  });
}
