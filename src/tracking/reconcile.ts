import type { Connection } from './connection.ts';
import { livenessOf, type Liveness } from './run-process.ts';
import { SELECT_RUNS, toSummary, type RunRow } from './read-runs.ts';
import type { RunSummary } from './types.ts';

/** A run whose process cannot be looked at (another host, a container) is dead after so long without a heartbeat, milliseconds. */
const SILENCE_MS = 10 * 60_000;

/** The runs that are RUNNING on paper only, as they read once they are FAILED. */
export function findDead(db: Connection, nowMs: number): RunSummary[] {
  // The + keeps SQLite from walking through all runs by their start: few are RUNNING, and they have an index.
  const rows = db.prepare(`${SELECT_RUNS} WHERE r.status = 'RUNNING' ORDER BY +r.started_ms DESC, r.seq DESC`).all() as RunRow[];
  const seen = new Map<string, Liveness>();
  return rows.flatMap((row) => {
    const reason = reasonOfDeath(row, nowMs, seen);
    return reason === undefined
      ? []
      : [{ ...toSummary(row), status: 'FAILED' as const, reason, endedMs: Math.max(row.heartbeatMs, row.startedMs) }];
  });
}

/** Writes what `findDead` finds; decides again under the write lock, so that a run that just ended keeps its status. */
export function buryDead(db: Connection, nowMs: number): RunSummary[] {
  if (findDead(db, nowMs).length === 0) return [];
  // A parent was alive at least as long as what ran below it.
  const bury = db.prepare(
    `UPDATE runs SET status = 'FAILED', reason = ?, ended_ms = max(?, coalesce((SELECT max(coalesce(c.ended_ms, c.heartbeat_ms)) FROM runs c WHERE c.parent = runs.seq), 0))
     WHERE id = ? AND status = 'RUNNING'`,
  );
  const transaction = db.transaction(() => {
    const dead = findDead(db, nowMs);
    for (const run of dead) bury.run(run.reason, run.endedMs, run.id);
    return dead;
  });
  return transaction.immediate();
}

function reasonOfDeath(row: RunRow, nowMs: number, seen: Map<string, Liveness>): string | undefined {
  const { pid, host, processStart } = row;
  const key = `${pid} ${host} ${processStart ?? ''}`;
  let liveness = seen.get(key);
  if (liveness === undefined)
    seen.set(key, (liveness = livenessOf({ pid, host, ...(processStart === null ? {} : { start: processStart }) })));
  if (liveness === 'alive') return undefined;
  if (liveness === 'gone') return `process ${pid} is gone without ending the run`;
  const silentMs = nowMs - row.heartbeatMs;
  return silentMs < SILENCE_MS ? undefined : `no sign of life from process ${pid} on ${host} for ${Math.floor(silentMs / 60_000)} min`;
}
