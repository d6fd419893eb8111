import { MloError } from '../../core/errors/mlo-error.ts';
import type { Connection } from '../connection.ts';
import { findRun } from '../read-runs.ts';
import { named } from './delete-runs.ts';
import { runTree } from './run-tree.ts';
import type { NamedRun, PurgePlan, PurgeSelection } from './types.ts';

/** A run goes only together with everything below it. */
export function planPurge(db: Connection, selection: PurgeSelection, nowMs: number): PurgePlan {
  if ('ids' in selection) return withCounts(db, chosen(db, selection.ids), []);
  const before = 'allDeleted' in selection ? Infinity : nowMs - selection.olderThanMs;
  const { going, kept } = old(db, before);
  return withCounts(db, going, kept);
}

/** Tombstones and rows in one transaction of the caller; points, params and all else go with the rows. */
export function purgeRuns(db: Connection, selection: PurgeSelection, nowMs: number): PurgePlan {
  const plan = planPurge(db, selection, nowMs);
  const bury = db.prepare('INSERT OR REPLACE INTO purged_runs (id, purged_ms) VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM runs WHERE id = ?');
  for (const { id } of plan.runs) bury.run(id, nowMs);
  for (const { id } of plan.runs) remove.run(id);
  return plan;
}

type Going = PurgePlan['runs'][number];

function chosen(db: Connection, ids: readonly string[]): readonly Going[] {
  const going = new Map<string, Going>();
  for (const typed of ids) {
    const tree = runTree(db, findRun(db, typed).seq);
    const [top] = tree;
    const active = tree.find(({ deletedMs }) => deletedMs === null);
    if (top === undefined) continue;
    if (top.deletedMs === null) throw notDeleted(top, `mlo runs delete ${top.id}`);
    if (active !== undefined) throw notDeleted(active, `mlo runs delete ${active.id}`, ` and lies below ${top.id}`);
    const running = tree.find(({ status }) => status === 'RUNNING');
    if (running !== undefined) throw stillRunning(running);
    for (const run of tree) going.set(run.id, { ...named(run), deletedMs: run.deletedMs ?? 0 });
  }
  return [...going.values()];
}

function old(db: Connection, beforeMs: number): { readonly going: readonly Going[]; readonly kept: readonly NamedRun[] } {
  const rows = db
    .prepare(
      `WITH RECURSIVE stays (seq) AS (
         SELECT seq FROM runs WHERE deleted_ms IS NULL OR deleted_ms > ? OR status = 'RUNNING'
         UNION SELECT r.parent FROM runs r JOIN stays ON stays.seq = r.seq WHERE r.parent IS NOT NULL)
       SELECT r.id, r.name, r.deleted_ms AS deletedMs, r.seq IN stays AS stays FROM runs r WHERE r.deleted_ms <= ? ORDER BY r.started_ms, r.seq`,
    )
    .all(beforeMs, beforeMs) as (Going & { stays: number })[];
  const [kept, going] = [rows.filter(({ stays }) => stays === 1), rows.filter(({ stays }) => stays === 0)];
  return { going: going.map(({ id, name, deletedMs }) => ({ id, name, deletedMs })), kept: kept.map(named) };
}

function withCounts(db: Connection, runs: readonly Going[], kept: readonly NamedRun[]): PurgePlan {
  const points = db.prepare('SELECT coalesce(sum(s.points), 0) FROM runs r JOIN series s ON s.run = r.seq WHERE r.id = ?').pluck();
  const artifacts = db.prepare('SELECT count(*) FROM runs r JOIN artifacts a ON a.run = r.seq WHERE r.id = ?').pluck();
  let [pointCount, artifactCount] = [0, 0];
  for (const { id } of runs) {
    pointCount += points.get(id) as number;
    artifactCount += artifacts.get(id) as number;
  }
  return { runs, points: pointCount, artifacts: artifactCount, kept };
}

function notDeleted({ id, name }: NamedRun, hint: string, more = ''): MloError {
  const message = `The run ${id} (${name}) is not deleted${more}; only deleted runs can be purged.`;
  return new MloError('MLO_RUN_STATE', message, { hint, details: { id } });
}

function stillRunning({ id, name }: NamedRun): MloError {
  return new MloError('MLO_RUN_STATE', `The run ${id} (${name}) is deleted but still running.`, {
    hint: 'Stop it first',
    details: { id },
  });
}
