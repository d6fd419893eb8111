import type { RunId } from '../../core/run.ts';
import type { Connection } from '../connection.ts';
import { readLastValue } from '../numbers.ts';
import type { WideNames, WideRun } from './types.ts';

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

export function* wideRuns(db: Connection, ids: readonly RunId[]): Generator<WideRun> {
  for (const some of inGroups(ids)) {
    const runs = query<Head>(
      db,
      `SELECT r.seq, r.id, r.name, e.name AS experiment, coalesce(p.id, r.waits_for) AS parentId, r.stage, r.status, r.started_ms AS startedMs,
         r.ended_ms AS endedMs, r.user, r.git_commit AS gitCommit
       FROM wanted w JOIN runs r ON r.seq = w.seq JOIN experiments e ON e.id = r.experiment LEFT JOIN runs p ON p.seq = r.parent
       WHERE r.deleted_ms IS NULL ORDER BY w.position`,
      some,
    );
    const params = byRun<string>(
      query(
        db,
        'SELECT p.run, n.name AS key, p.json AS value FROM wanted w JOIN params p ON p.run = w.seq JOIN names n ON n.id = p.name',
        some,
      ),
    );
    const metrics = byRun<number | null>(
      query(
        db,
        'SELECT s.run, n.name AS key, s.last_value AS value FROM wanted w JOIN series s ON s.run = w.seq JOIN names n ON n.id = s.name',
        some,
      ),
    );
    const tags = byRun<string>(
      query(db, 'SELECT t.run, t.key, t.value FROM wanted w JOIN tags t ON t.run = w.seq WHERE t.value IS NOT NULL', some),
    );
    for (const { seq, parentId, stage, endedMs, gitCommit, ...run } of runs) {
      yield {
        ...run,
        ...(parentId === null ? {} : { parentId }),
        ...(stage === null ? {} : { stage }),
        ...(endedMs === null ? {} : { endedMs }),
        ...(gitCommit === null ? {} : { gitCommit }),
        params: params.get(seq) ?? new Map(),
        metrics: new Map([...(metrics.get(seq) ?? [])].map(([key, value]) => [key, readLastValue(value)])),
        tags: tags.get(seq) ?? new Map(),
      };
    }
  }
}

interface Head {
  readonly seq: number;
  readonly id: RunId;
  readonly name: string;
  readonly experiment: string;
  readonly parentId: RunId | null;
  readonly stage: string | null;
  readonly status: string;
  readonly startedMs: number;
  readonly endedMs: number | null;
  readonly user: string;
  readonly gitCommit: string | null;
}

const WANTED = `WITH wanted (seq, position) AS (SELECT r.seq, j.key FROM json_each(?) j JOIN runs r ON r.id = j.value) `;

function query<Row>(db: Connection, sql: string, ids: readonly RunId[]): Row[] {
  return db.prepare(WANTED + sql).all(JSON.stringify(ids)) as Row[];
}

function collect(db: Connection, sql: string, ids: readonly RunId[], into: Set<string>): void {
  for (const name of db
    .prepare(WANTED + sql)
    .pluck()
    .all(JSON.stringify(ids)) as string[])
    into.add(name);
}

function byRun<Value>(
  rows: readonly { readonly run: number; readonly key: string; readonly value: Value }[],
): ReadonlyMap<number, Map<string, Value>> {
  const result = new Map<number, Map<string, Value>>();
  for (const { run, key, value } of rows) {
    const own = result.get(run);
    if (own === undefined) result.set(run, new Map([[key, value]]));
    else own.set(key, value);
  }
  return result;
}

function* inGroups(ids: readonly RunId[]): Generator<readonly RunId[]> {
  for (let from = 0; from < ids.length; from += RUNS_AT_ONCE) yield ids.slice(from, from + RUNS_AT_ONCE);
}
