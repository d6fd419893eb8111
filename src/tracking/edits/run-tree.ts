import type { RunId } from '../../core/run.ts';
import type { Connection } from '../connection.ts';
import { TREE } from '../read-tree.ts';

/** A run as lifecycle changes need it. */
export interface TreeRun {
  readonly seq: number;
  readonly id: RunId;
  readonly name: string;
  readonly parent: number | null;
  readonly status: string;
  readonly deletedMs: number | null;
  readonly lifecycleChangedMs: number;
}

const COLUMNS = 'r.seq, r.id, r.name, r.parent, r.status, r.deleted_ms AS deletedMs, r.lifecycle_changed_ms AS lifecycleChangedMs';

/** The run with this local number, then everything below it. */
export function runTree(db: Connection, seq: number): readonly TreeRun[] {
  return db
    .prepare(
      `${TREE}
       SELECT ${COLUMNS} FROM tree JOIN runs r ON r.seq = tree.seq ORDER BY r.seq = ? DESC, r.started_ms, r.seq`,
    )
    .all(seq, seq) as TreeRun[];
}

export function runsOfExperiment(db: Connection, experiment: number): readonly TreeRun[] {
  return db.prepare(`SELECT ${COLUMNS} FROM runs r WHERE r.experiment = ? ORDER BY r.started_ms, r.seq`).all(experiment) as TreeRun[];
}

/** A change made after others must count as later than each of them, whatever the clock says. */
export function laterThan(nowMs: number, before: Iterable<number>): number {
  let latest = nowMs;
  for (const ms of before) if (ms >= latest) latest = ms + 1;
  return latest;
}
