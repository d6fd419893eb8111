import { MloError } from '../../core/errors/mlo-error.ts';
import type { Connection } from '../connection.ts';
import { findRun } from '../read-runs.ts';
import { latestChange, named } from './delete-runs.ts';
import { laterThan, runTree, type TreeRun } from './run-tree.ts';
import type { LifecycleChange } from './types.ts';

/** Brings back the named runs and what the same deletion took along; what was deleted before stays deleted. */
export function restoreRuns(db: Connection, ids: readonly string[], nowMs: number): LifecycleChange {
  const seqs = [...new Set(ids.map((id) => findRun(db, id).seq))];
  const found = seqs.map((seq) => runTree(db, seq));
  const trees = found.filter(([top]) => top !== undefined && top.deletedMs !== null);
  const coming = new Map(trees.flatMap((tree) => tree.filter((run) => run.deletedMs === tree[0]?.deletedMs)).map((run) => [run.seq, run]));
  for (const [top] of trees) if (top !== undefined) requirePlace(db, top, coming);
  markRestored(db, [...coming.values()], laterThan(nowMs, [...coming.values()].map(latestChange)));
  return {
    asked: trees.flatMap(([top]) => (top === undefined ? [] : [named(top)])),
    runs: [...coming.values()].map(named),
    already: found.flatMap(([top]) => (top === undefined || top.deletedMs !== null ? [] : [named(top)])),
  };
}

export function markRestored(db: Connection, runs: readonly TreeRun[], atMs: number): void {
  const mark = db.prepare('UPDATE runs SET deleted_ms = NULL, lifecycle_changed_ms = ? WHERE seq = ?');
  for (const { seq } of runs) mark.run(atMs, seq);
}

/** A run that is there lies below a run and in an experiment that are there, too. */
function requirePlace(db: Connection, run: TreeRun, coming: ReadonlyMap<number, TreeRun>): void {
  const { experiment, experimentDeleted, parentId, parentDeleted } = db
    .prepare(
      `SELECT e.name AS experiment, e.deleted_ms AS experimentDeleted, p.id AS parentId, p.deleted_ms AS parentDeleted
       FROM runs r JOIN experiments e ON e.id = r.experiment LEFT JOIN runs p ON p.seq = r.parent WHERE r.seq = ?`,
    )
    .get(run.seq) as { experiment: string; experimentDeleted: number | null; parentId: string | null; parentDeleted: number | null };
  if (experimentDeleted !== null) {
    throw new MloError('MLO_RUN_STATE', `The run ${run.id} belongs to the experiment ${JSON.stringify(experiment)}, which is deleted.`, {
      hint: `mlo experiments restore ${JSON.stringify(experiment)}`,
      details: { id: run.id, experiment },
    });
  }
  if (parentDeleted !== null && run.parent !== null && !coming.has(run.parent)) {
    throw new MloError('MLO_RUN_STATE', `The run ${run.id} lies below the run ${parentId}, which is deleted.`, {
      hint: `mlo runs restore ${parentId}`,
      details: { id: run.id, parent: parentId },
    });
  }
}
