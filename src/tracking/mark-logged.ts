import type { Connection } from './connection.ts';

/** A tag that no run has: its row says, as that of a removed tag does, when something changed. */
const LOGGED = 'mlo.logged';

export interface LoggedMarker {
  /** Something without a time of its own (a param, an input) is logged to the run with this local number. */
  logged(run: number): void;
  /** The run with this local number ends. */
  ended(run: number): void;
  /** Belongs before each transaction. */
  forget(): void;
}

/**
 * Remembers when a run was logged to last that had ended: until then its heartbeat says so. Other stores hear of it as they do of a removed tag,
 * of which the later time stays.
 */
export function loggedMarker(db: Connection, now: () => number): LoggedMarker {
  const mark = db.prepare(
    `INSERT INTO tags (run, key, value, changed_ms) SELECT seq, '${LOGGED}', NULL, ? FROM runs WHERE seq = ? AND ended_ms IS NOT NULL
     ON CONFLICT DO UPDATE SET changed_ms = max(excluded.changed_ms, changed_ms)`,
  );
  const seen = new Set<number>();
  return {
    logged(run) {
      if (seen.has(run)) return;
      seen.add(run);
      mark.run(now(), run);
    },
    ended: (run) => void seen.delete(run),
    forget: () => seen.clear(),
  };
}
