import type { Connection } from '../connection.ts';

/** The experiment that every store has; it keeps its name and is never deleted. */
export const DEFAULT_EXPERIMENT = { id: 0, name: 'Default' } as const;

/** Finds the experiment with a name that is not deleted, and makes it where there is none. Names are not remembered: another process may delete one. */
export function activeExperiments(db: Connection): (name: string, nowMs: number) => number {
  const find = db.prepare('SELECT id FROM experiments WHERE name = ? AND deleted_ms IS NULL').pluck();
  const insert = db.prepare('INSERT INTO experiments (name, created_ms, changed_ms) VALUES (?, ?, ?)');
  return (name, nowMs) => (find.get(name) as number | undefined) ?? Number(insert.run(name, nowMs, nowMs).lastInsertRowid);
}
