import { MloError } from '../core/errors/mlo-error.ts';
import { openReadOnly, type Connection, type FindNetwork } from './connection.ts';
import { readLastValue } from './numbers.ts';
import { chunkStore, type ChunkStore } from './points/chunk-store.ts';
import { comparePoints, concatenate, sortedOnce, type PointColumns } from './points/columns.ts';
import { extremesOf, type Extremes } from './points/extremes.ts';
import { withSqliteErrors } from './sqlite-errors.ts';

export interface DatabaseReport {
  readonly runs: number;
  readonly points: number;
  /** What is wrong, a sentence each without a full stop; the first ones where there are many. */
  readonly problems: readonly string[];
}

/** Problems that are told. */
const MOST_PROBLEMS = 20;

/**
 * Looks whether the database at `path` holds together: SQLite's own check, references between tables, and (unless `quick`) that every point
 * can be read and is what the summaries say. Changes nothing.
 * @throws MLO_TRACKING, MLO_FORMAT_VERSION where it cannot be opened at all.
 */
export function checkDatabase(
  path: string,
  { quick, findNetwork }: { readonly quick: boolean; readonly findNetwork?: FindNetwork },
): DatabaseReport {
  const db = openReadOnly(path, findNetwork);
  try {
    // One state, whatever is written meanwhile.
    return withSqliteErrors(path, () => db.transaction(() => report(db, quick)).deferred());
  } finally {
    db.close();
  }
}

function report(db: Connection, quick: boolean): DatabaseReport {
  const structure = db
    .prepare(`PRAGMA ${quick ? 'quick_check' : 'integrity_check'}(${MOST_PROBLEMS})`)
    .pluck()
    .all() as string[];
  const damaged = structure.filter((line) => line !== 'ok');
  // What is read from damaged pages says nothing more.
  if (damaged.length > 0) return { runs: 0, points: 0, problems: damaged };
  const problems = [...strayRows(db), ...(quick ? [] : badSeries(db))];
  const more = problems.length - MOST_PROBLEMS;
  return {
    runs: db.prepare('SELECT count(*) FROM runs').pluck().get() as number,
    points: db.prepare('SELECT total(points) FROM series').pluck().get() as number,
    problems: more > 0 ? [...problems.slice(0, MOST_PROBLEMS), `and ${more} more`] : problems,
  };
}

function strayRows(db: Connection): string[] {
  const rows = db.pragma('foreign_key_check') as { table: string; parent: string }[];
  return [...Map.groupBy(rows, ({ table, parent }) => `${table} refer to no row of ${parent}`)].map(
    ([what, own]) => `${own.length} rows of ${what}`,
  );
}

interface SeriesRow extends Extremes {
  readonly id: number;
  readonly run: string;
  readonly metric: string;
  readonly points: number;
  readonly step: number;
  readonly timestampMs: number;
  readonly value: number | null;
}

function* badSeries(db: Connection): Generator<string> {
  const chunks = chunkStore(db);
  const rows = db
    .prepare(
      `SELECT s.id, r.id AS run, n.name AS metric, s.points, s.last_step AS step, s.last_ms AS timestampMs, s.last_value AS value,
         s.min_value AS minValue, s.min_step AS minStep, s.max_value AS maxValue, s.max_step AS maxStep
       FROM series s JOIN runs r ON r.seq = s.run JOIN names n ON n.id = s.name ORDER BY s.id`,
    )
    .all() as SeriesRow[];
  for (const row of rows) {
    const fault = seriesFault(chunks, row);
    if (fault !== undefined) yield `metric ${JSON.stringify(row.metric)} of run ${row.run}: ${fault}`;
  }
}

function seriesFault(chunks: ChunkStore, row: SeriesRow): string | undefined {
  let parts: PointColumns[];
  try {
    parts = [...chunks.chunks(row.id)];
  } catch (error) {
    if (error instanceof MloError) return error.message;
    throw error;
  }
  const stored = parts.reduce((sum, part) => sum + part.steps.length, 0);
  const points = parts.length === 0 ? undefined : sortedOnce(concatenate(parts));
  if (points === undefined || stored !== row.points || points.steps.length !== stored)
    return `${row.points} points are promised, ${points?.steps.length ?? 0} are there`;
  const last = { steps: [row.step], timestampsMs: [row.timestampMs], values: [readLastValue(row.value)] };
  if (comparePoints(points, stored - 1, last, 0) !== 0) return 'its last value is not that of its last point';
  const extremes = extremesOf(points);
  const agree = (['minValue', 'minStep', 'maxValue', 'maxStep'] as const).every((key) => extremes[key] === row[key]);
  return agree ? undefined : 'its least and greatest values are not those of its points';
}
