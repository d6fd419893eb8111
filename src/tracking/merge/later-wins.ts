import { compareText } from '../../core/encoding/canonical-json.ts';
import type { RunStatus } from '../../core/run.ts';

/** What a run's end is known to be, as of a moment. */
export interface RunState {
  readonly status: RunStatus;
  readonly reason: string | null;
  readonly endedMs: number | null;
  readonly heartbeatMs: number;
}

/** SQL of an upsert into a table with `value` (NULL: removed) and `changed_ms`: the later one stays, of equal times the greater value. */
export function tagUpsert(table: 'tags' | 'experiment_tags' | 'logged_model_tags', owner: string): string {
  return `INSERT INTO ${table} (${owner}, key, value, changed_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value, changed_ms = excluded.changed_ms
    WHERE excluded.changed_ms > ${table}.changed_ms OR (excluded.changed_ms = ${table}.changed_ms
      AND coalesce(excluded.value > ${table}.value, ${table}.value IS NULL AND excluded.value IS NOT NULL))`;
}

/** Whether `given` replaces `known`: it was set later, or at the same time and is greater. */
export function isLater(
  given: { readonly atMs: number; readonly value: string },
  known: { readonly atMs: number; readonly value: string },
): boolean {
  return given.atMs > known.atMs || (given.atMs === known.atMs && compareText(given.value, known.value) > 0);
}

const RANK: { readonly [status in RunStatus]: number } = { SCHEDULED: 0, RUNNING: 1, KILLED: 2, FAILED: 3, FINISHED: 4 };

/**
 * Whether `given` is known of a later moment. A run that another machine took for dead, since it heard nothing of it, but that
 * went on, is RUNNING of a later heartbeat.
 */
export function isNewerState(given: RunState, known: RunState): boolean {
  return compareStates(given, known) > 0;
}

function compareStates(a: RunState, b: RunState): number {
  return (
    momentOf(a) - momentOf(b) ||
    RANK[a.status] - RANK[b.status] ||
    (a.endedMs ?? 0) - (b.endedMs ?? 0) ||
    compareText(a.reason ?? '', b.reason ?? '') ||
    a.heartbeatMs - b.heartbeatMs
  );
}

function momentOf({ endedMs, heartbeatMs }: RunState): number {
  return Math.max(endedMs ?? -Infinity, heartbeatMs);
}
