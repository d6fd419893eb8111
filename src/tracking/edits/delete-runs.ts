import { MloError } from '../../core/errors/mlo-error.ts';
import type { Connection } from '../connection.ts';
import { findRun } from '../read-runs.ts';
import { laterThan, runTree, type TreeRun } from './run-tree.ts';
import type { LifecycleChange, NamedRun } from './types.ts';

/** Everything that one deletion takes has the same `deleted_ms`: by that it is found again. */
export function deleteRuns(db: Connection, ids: readonly string[], force: boolean, nowMs: number): LifecycleChange {
  const found = [...new Set(ids.map((id) => findRun(db, id).seq))].map((seq) => runTree(db, seq));
  const trees = found.filter(([top]) => top?.deletedMs === null);
  const going = new Map(trees.flat().flatMap((run) => (run.deletedMs === null ? [[run.seq, run] as const] : [])));
  if (!force) refuseRunning([...going.values()]);
  markDeleted(db, [...going.values()], laterThan(nowMs, trees.flat().map(latestChange)));
  return {
    asked: trees.flatMap(([top]) => (top === undefined ? [] : [named(top)])),
    runs: [...going.values()].map(named),
    already: found.flatMap(([top]) => (top === undefined || top.deletedMs === null ? [] : [named(top)])),
  };
}

export function markDeleted(db: Connection, runs: readonly TreeRun[], atMs: number): void {
  const mark = db.prepare('UPDATE runs SET deleted_ms = ?, lifecycle_changed_ms = ? WHERE seq = ?');
  for (const { seq } of runs) mark.run(atMs, atMs, seq);
}

/** Runs whose process is gone are no longer RUNNING: `reconcile` comes first. */
export function refuseRunning(runs: readonly TreeRun[]): void {
  const running = runs.filter(({ status }) => status === 'RUNNING');
  const [first] = running;
  if (first === undefined) return;
  const many = running.length === 1 ? '' : ` (and ${running.length - 1} more)`;
  throw new MloError('MLO_RUN_STATE', `The run ${first.id} (${first.name}) is still running${many}; a run is deleted once it has ended.`, {
    hint: 'Stop it first, or delete it all the same with --force',
    details: { runs: running.map(({ id }) => id) },
  });
}

export function latestChange({ deletedMs, lifecycleChangedMs }: TreeRun): number {
  return Math.max(deletedMs ?? 0, lifecycleChangedMs);
}

export function named({ id, name }: NamedRun): NamedRun {
  return { id, name };
}
