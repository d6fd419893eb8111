import type { RunId } from '../../core/run.ts';
import type { Connection } from '../connection.ts';
import { hydrate } from '../search/hydrate.ts';
import type { FoundRun } from '../search/types.ts';
import type { WideNames } from './types.ts';

/** Runs in memory at a time. */
const RUNS_AT_ONCE = 500;

export function wideNames(db: Connection, ids: readonly RunId[]): WideNames {
  const params = new Set<string>();
  const metrics = new Set<string>();
  const tags = new Set<string>();
  for (const some of inGroups(ids)) {
    collect(db, `SELECT DISTINCT n.name FROM wanted w JOIN params p ON p.run = w.seq JOIN names n ON n.id = p.name`, some, params);
    collect(db, `SELECT DISTINCT n.name FROM wanted w JOIN series s ON s.run = w.seq JOIN names n ON n.id = s.name`, some, metrics);
    collect(db, `SELECT DISTINCT t.key FROM wanted w JOIN tags t ON t.run = w.seq WHERE t.value IS NOT NULL`, some, tags);
  }
  return { params: [...params].toSorted(), metrics: [...metrics].toSorted(), tags: [...tags].toSorted() };
}

export function* wideRuns(db: Connection, ids: readonly RunId[]): Generator<FoundRun> {
  const numbers = db.prepare(
    `${WANTED} SELECT w.seq FROM wanted w JOIN runs r ON r.seq = w.seq WHERE r.deleted_ms IS NULL ORDER BY w.position`,
  );
  for (const some of inGroups(ids)) yield* hydrate(db, numbers.pluck().all(JSON.stringify(some)) as number[]);
}

const WANTED = `WITH wanted (seq, position) AS (SELECT r.seq, j.key FROM json_each(?) j JOIN runs r ON r.id = j.value) `;

function collect(db: Connection, sql: string, ids: readonly RunId[], into: Set<string>): void {
  for (const name of db
    .prepare(WANTED + sql)
    .pluck()
    .all(JSON.stringify(ids)) as string[])
    into.add(name);
}

function* inGroups(ids: readonly RunId[]): Generator<readonly RunId[]> {
  for (let from = 0; from < ids.length; from += RUNS_AT_ONCE) yield ids.slice(from, from + RUNS_AT_ONCE);
}
