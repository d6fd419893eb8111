import type { RunId } from '../../core/run.ts';
import type { Connection } from '../connection.ts';
import { findRun } from '../read-runs.ts';
import { TREE } from '../read-tree.ts';
import type { ExportSelection } from './types.ts';

/** Parents before what is below them, else by start. */
export function selectRuns(db: Connection, selection: ExportSelection): readonly RunId[] {
  if ('ids' in selection) return ofIds(db, selection.ids);
  const order = 'ORDER BY r.started_ms, r.seq';
  if ('all' in selection) return parentsFirst(db, db.prepare(`SELECT r.seq FROM runs r ${order}`).pluck().all() as number[]);
  const since = selection.sinceMs;
  const rows = db
    .prepare(
      `SELECT r.seq FROM runs r WHERE max(r.started_ms, coalesce(r.ended_ms, 0), r.heartbeat_ms, r.name_changed_ms, r.lifecycle_changed_ms, r.experiment_changed_ms) >= ?
         OR EXISTS (SELECT 1 FROM tags t WHERE t.run = r.seq AND t.changed_ms >= ?)
         OR EXISTS (SELECT 1 FROM series s WHERE s.run = r.seq AND s.last_ms >= ?)
         OR EXISTS (SELECT 1 FROM artifacts a WHERE a.run = r.seq AND a.changed_ms >= ?)
         OR EXISTS (SELECT 1 FROM logged_models m WHERE m.run = r.seq AND m.changed_ms >= ?) ${order}`,
    )
    .pluck()
    .all(since, since, since, since, since) as number[];
  return parentsFirst(db, rows);
}

function ofIds(db: Connection, ids: readonly string[]): readonly RunId[] {
  const tree = db
    .prepare(
      `${TREE}
       SELECT r.seq FROM tree JOIN runs r ON r.seq = tree.seq ORDER BY r.started_ms, r.seq`,
    )
    .pluck();
  return parentsFirst(db, [...new Set(ids.flatMap((id) => tree.all(findRun(db, id).seq) as number[]))]);
}

/** A run that started before its parent, as clocks of several machines have it, comes after it all the same. */
function parentsFirst(db: Connection, seqs: readonly number[]): readonly RunId[] {
  const rows = new Map(
    (db.prepare('SELECT seq, id, parent FROM runs').all() as { seq: number; id: RunId; parent: number | null }[]).map((row) => [
      row.seq,
      row,
    ]),
  );
  const wanted = new Set(seqs);
  const done = new Set<number>();
  const result: RunId[] = [];
  for (const seq of seqs) {
    const chain: number[] = [];
    for (let at: number | null = seq; at !== null && wanted.has(at) && !done.has(at); at = rows.get(at)?.parent ?? null) {
      chain.push(at);
      done.add(at);
    }
    for (const each of chain.reverse()) result.push((rows.get(each) as { id: RunId }).id);
  }
  return result;
}
