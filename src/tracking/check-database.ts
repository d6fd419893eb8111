import { MloError } from '../core/errors/mlo-error.ts';
import { openReadOnly, type Connection, type FindNetwork } from './connection.ts';
import { readLastValue } from './numbers.ts';
import { chunkStore, type ChunkStore } from './points/chunk-store.ts';
import { comparePoints, concatenate, sortedOnce, type PointColumns } from './points/columns.ts';
import { extremesOf, type Extremes } from './points/extremes.ts';
import { recoverCommand, withSqliteErrors } from './sqlite-errors.ts';

export interface DatabaseReport {
  readonly runs: number;
  readonly points: number;
  /** What is wrong, a sentence each without a full stop; the first ones where there are many. */
  readonly problems: readonly string[];
  /** What helps against them; there where a problem is. */
  readonly fix?: string;
}

export interface DatabaseCheck {
  /** Structure without the indexes. */
  readonly quick: boolean;
  /** Whether every point is read; as a rule where it is not quick. */
  readonly points?: boolean;
  readonly findNetwork?: FindNetwork;
}

/** Problems that are told. */
const MOST_PROBLEMS = 20;

/**
 * Looks whether the database at `path` holds together: SQLite's own check, references between tables, and that every point
 * can be read and is what the summaries say. Changes nothing.
 * @throws MLO_TRACKING, MLO_FORMAT_VERSION where it cannot be opened at all.
 */
export function checkDatabase(path: string, { quick, points = !quick, findNetwork }: DatabaseCheck): DatabaseReport {
  const db = openReadOnly(path, findNetwork);
  try {
    // One state, whatever is written meanwhile.
    return withSqliteErrors(path, () => db.transaction(() => report(db, path, { quick, points })).deferred());
  } finally {
    db.close();
  }
}

function report(db: Connection, path: string, { quick, points }: { readonly quick: boolean; readonly points: boolean }): DatabaseReport {
  const structure = db
    .prepare(`PRAGMA ${quick ? 'quick_check' : 'integrity_check'}(${MOST_PROBLEMS})`)
    .pluck()
    .all() as string[];
  const damaged = structure.filter((line) => line !== 'ok');
  // What is read from damaged pages says nothing more.
  if (damaged.length > 0) return { runs: 0, points: 0, problems: damaged, fix: recoverCommand(path) };
  const stray = [...strayRows(db), ...unreadableParams(db)];
  const bad = points ? [...badSeries(db)] : [];
  const problems = [...stray, ...bad.map(({ run, metric, fault }) => `metric ${JSON.stringify(metric)} of run ${run}: ${fault}`)];
  const more = problems.length - MOST_PROBLEMS;
  return {
    runs: db.prepare('SELECT count(*) FROM runs').pluck().get() as number,
    points: db.prepare('SELECT total(points) FROM series').pluck().get() as number,
    problems: more > 0 ? [...problems.slice(0, MOST_PROBLEMS), `and ${more} more`] : problems,
    ...(problems.length === 0 ? {} : { fix: wayOut(path, stray.length === 0 ? bad.map(({ run }) => run) : []) }),
  };
}

/** SQLite finds nothing wrong with such a file, so that its own recovery would bring back the same. */
function wayOut(path: string, runs: readonly string[]): string {
  const backup = `Bring ${path} back from a backup`;
  const [first, ...others] = new Set(runs);
  if (first === undefined) return backup;
  const one = `mlo runs delete ${first} && mlo runs purge ${first} --force`;
  return `${backup}, or give up the ${others.length === 0 ? 'run' : 'runs, the first with'}: ${one}`;
}

function strayRows(db: Connection): string[] {
  const rows = db.pragma('foreign_key_check') as { table: string; parent: string }[];
  return [...Map.groupBy(rows, ({ table, parent }) => `${table} refer to no row of ${parent}`)].map(
    ([what, own]) => `${own.length} rows of ${what}`,
  );
}

function unreadableParams(db: Connection): string[] {
  const count = db.prepare('SELECT count(*) FROM params WHERE NOT json_valid(json)').pluck().get() as number;
  return count === 0 ? [] : [`${count} rows of params have a value that cannot be read`];
}

interface BadSeries {
  readonly run: string;
  readonly metric: string;
  readonly fault: string;
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

function* badSeries(db: Connection): Generator<BadSeries> {
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
    if (fault !== undefined) yield { run: row.run, metric: row.metric, fault };
  }
}

function seriesFault(chunks: ChunkStore, row: SeriesRow): string | undefined {
  let parts: PointColumns[];
  try {
    parts = [...chunks.chunks(row.id)];
  } catch (error) {
    if (error instanceof MloError && error.cause instanceof Error) return `points cannot be read: ${error.cause.message}`;
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
