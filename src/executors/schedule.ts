import { readyQueue } from './ready-queue.ts';

/** What a failed stage means for the others. */
export type FailurePolicy = 'fail-fast' | 'keep-going' | 'ignore-errors';

export interface PoolNode {
  readonly id: string;
  /** Ids outside the schedule count as done. */
  readonly upstream: readonly string[];
  readonly cpus: number;
}

export interface ScheduleLimits {
  readonly jobs: number;
  readonly cpus: number;
  readonly policy: FailurePolicy;
}

export type RunResult = 'ok' | 'failed';
/** `blocked`: something above it failed. `cancelled`: it could have run, but the schedule was stopped. */
export type SkipReason = 'blocked' | 'cancelled';

/**
 * Which stage starts when, without doing anything itself. The caller starts what `next` gives until
 * it gives nothing, and tells the end of each; constant work for each edge of the graph.
 *
 * Of the stages that are ready, the first in the given order starts first. One that asks for more
 * cpus than are free holds back those after it, so that it is not overtaken for ever; one that asks
 * for more than there are runs alone.
 *
 * A stage that is all but recorded may free its slot before it is finished. The order stays what it would be
 * otherwise: where the next stage needs one that is being recorded, nothing overtakes it; others start meanwhile,
 * unless more than `jobs` stages are being recorded.
 */
export interface Schedule {
  /** The stage to start now; undefined while there is none. It counts as running from here on. */
  next(): string | undefined;
  /** A running stage has nothing left but to be recorded: its slot and its cpus are free, but it is not finished. */
  free(id: string): void;
  /** Gives the stages that this blocks for good. */
  finish(id: string, result: RunResult): readonly string[];
  /** No more starts. */
  stop(): void;
  /** Whether a stage runs or is recorded. */
  readonly isBusy: () => boolean;
  /** Every stage that was neither started nor blocked, in order; for when nothing runs any more. */
  rest(): readonly string[];
}

type State = 'waiting' | 'ready' | 'running' | 'recorded' | 'done' | 'blocked';

export function createSchedule(order: readonly PoolNode[], { jobs, cpus, policy }: ScheduleLimits): Schedule {
  const indexOf = new Map(order.map((node, index) => [node.id, index]));
  const downstream: number[][] = order.map(() => []);
  /** How many stages above have not freed their slot. */
  const missing = new Uint32Array(order.length);
  /** How many stages above are not finished. */
  const unfinished = new Uint32Array(order.length);
  const states: State[] = order.map(() => 'waiting');
  const ready = readyQueue();
  let running = 0;
  /** Have freed their slot and are not finished. */
  let recorded = 0;
  let cpusInUse = 0;
  let isStopped = false;

  order.forEach((node, index) => {
    for (const id of new Set(node.upstream)) {
      const above = indexOf.get(id);
      if (above === undefined) continue;
      downstream[above]?.push(index);
      missing[index] = (missing[index] ?? 0) + 1;
      unfinished[index] = (unfinished[index] ?? 0) + 1;
    }
    if (missing[index] === 0) makeReady(index);
  });

  function makeReady(index: number): void {
    states[index] = 'ready';
    ready.add(index);
  }

  function cost(index: number): number {
    return Math.min(order[index]?.cpus ?? 1, cpus);
  }

  function next(): string | undefined {
    while (states[ready.first() ?? -1] === 'blocked') ready.takeFirst();
    const index = ready.first();
    if (index === undefined || isStopped || running >= jobs || recorded > jobs || unfinished[index] !== 0) return undefined;
    if (running > 0 && cpusInUse + cost(index) > cpus) return undefined;
    ready.takeFirst();
    states[index] = 'running';
    running += 1;
    cpusInUse += cost(index);
    return order[index]?.id;
  }

  function free(id: string): void {
    const index = startedIndex(id);
    if (states[index] === 'recorded') throw new Error(`The stage ${id} has freed its slot before`);
    states[index] = 'recorded';
    running -= 1;
    recorded += 1;
    cpusInUse -= cost(index);
    for (const below of downstream[index] ?? []) release(below);
  }

  function startedIndex(id: string): number {
    const index = indexOf.get(id);
    if (index === undefined || (states[index] !== 'running' && states[index] !== 'recorded'))
      throw new Error(`The stage ${id} is not running`);
    return index;
  }

  function finish(id: string, result: RunResult): readonly string[] {
    const index = startedIndex(id);
    if (states[index] === 'running') free(id);
    states[index] = 'done';
    recorded -= 1;
    if (result === 'failed' && policy === 'fail-fast') isStopped = true;
    if (result === 'failed' && policy !== 'ignore-errors') return block(index);
    for (const below of downstream[index] ?? []) unfinished[below] = (unfinished[below] ?? 0) - 1;
    return [];
  }

  function release(index: number): void {
    missing[index] = (missing[index] ?? 0) - 1;
    if (missing[index] === 0 && states[index] === 'waiting') makeReady(index);
  }

  function block(failed: number): readonly string[] {
    const blocked: number[] = [];
    const open = [...(downstream[failed] ?? [])];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (states[index] === 'blocked') continue;
      states[index] = 'blocked';
      blocked.push(index);
      for (const below of downstream[index] ?? []) open.push(below);
    }
    return blocked.sort((a, b) => a - b).map((index) => order[index]?.id as string);
  }

  function rest(): readonly string[] {
    return order.filter((_, index) => states[index] === 'waiting' || states[index] === 'ready').map((node) => node.id);
  }

  return { next, free, finish, stop: () => (isStopped = true), isBusy: () => running + recorded > 0, rest };
}
