import type { RunId } from '../../core/run.ts';
import { createHasher } from '../../fs/hash.ts';
import type { Connection } from '../connection.ts';
import { prepared } from '../prepared.ts';
import { runUnknown } from '../errors.ts';
import type { PointColumns } from '../points/columns.ts';
import { inPieces, pointsInOrder } from '../points/in-order.ts';
import { FROM_RUNS, RUN_COLUMNS, type RunRow } from '../read-runs.ts';
import { modelLines } from './export-models.ts';
import { byKey, inLines, optional, type TagRow } from './line-parts.ts';
import { POINTS_A_LINE, RECORD_FORMAT, RECORD_VERSION, type RunLine } from './record-format.ts';

/** The lines of a run, each with its line end; the same bytes in every store that knows the same of the run. */
export function* exportRun(db: Connection, id: RunId): Generator<string> {
  const hasher = createHasher();
  let lines = 0;
  for (const text of linesOf(db, sequenceOf(db, id))) {
    const line = `${text}\n`;
    hasher.update(Buffer.from(line));
    lines += 1;
    yield line;
  }
  yield `${JSON.stringify({ type: 'end', lines, blake3: hasher.digest() })}\n`;
}

function sequenceOf(db: Connection, id: RunId): number {
  const seq = prepared(db, 'SELECT seq FROM runs WHERE id = ?').pluck().get(id) as number | undefined;
  if (seq === undefined) throw runUnknown(id);
  return seq;
}

function* linesOf(db: Connection, seq: number): Generator<string> {
  yield headLine(db, seq);
  const params = prepared(db, 'SELECT n.name, p.json FROM params p JOIN names n ON n.id = p.name WHERE p.run = ? ORDER BY n.name').raw();
  for (const some of inLines(params.all(seq) as [string, string][]))
    yield `{"type":"params","params":{${some.map(([key, json]) => `${JSON.stringify(key)}:${json}`).join(',')}}}`;
  const tags = prepared(db, 'SELECT key, value, changed_ms AS changedMs FROM tags WHERE run = ? ORDER BY key');
  for (const some of inLines(tags.all(seq) as TagRow[])) yield JSON.stringify({ type: 'tags', tags: byKey(some) });
  yield* metricLines(db, seq);
  yield* entryLines(
    'inputs',
    prepared(
      db,
      `SELECT n.name, i.digest, i.context, i.kind, i.size, i.files, i.source_type AS sourceType, i.source, i.schema, i.profile, i.tags
       FROM inputs i JOIN names n ON n.id = i.name WHERE i.run = ? ORDER BY n.name, i.digest, i.context`,
    ).all(seq),
  );
  const artifacts = prepared(
    db,
    'SELECT path, digest, size, kind, files, mode, changed_ms AS changedMs FROM artifacts WHERE run = ? ORDER BY path',
  );
  yield* entryLines('artifacts', artifacts.all(seq));
  const links = prepared(
    db,
    'SELECT stage, outcome, producer AS producerRunId, position FROM stage_links WHERE run = ? ORDER BY position, stage',
  );
  yield* entryLines('links', links.all(seq));
  yield* modelLines(db, seq);
}

function* metricLines(db: Connection, seq: number): Generator<string> {
  const series = prepared(db, 'SELECT s.id, n.name FROM series s JOIN names n ON n.id = s.name WHERE s.run = ? ORDER BY n.name');
  for (const { id, name } of series.all(seq) as { id: number; name: string }[])
    for (const points of inPieces(pointsInOrder(db, id), POINTS_A_LINE)) yield metricLine(name, points);
}

/** NaN and the infinities are strings: JSON has no such numbers. */
function metricLine(name: string, { steps, timestampsMs, values }: PointColumns): string {
  const list = (column: ArrayLike<number>): string => `[${Array.prototype.join.call(column, ',')}]`;
  const numbers = Array.from(values);
  const texts = numbers.every(Number.isFinite)
    ? list(numbers)
    : JSON.stringify(numbers.map((value) => (Number.isFinite(value) ? value : String(value))));
  return `{"type":"metric","name":${JSON.stringify(name)},"steps":${list(steps)},"timestampsMs":${list(timestampsMs)},"values":${texts}}`;
}

function* entryLines(type: 'inputs' | 'artifacts' | 'links', rows: readonly unknown[]): Generator<string> {
  for (const some of inLines(rows as readonly object[])) yield JSON.stringify({ type, [type]: some.map(withoutNulls) });
}

function headLine(db: Connection, seq: number): string {
  const row = prepared(db, HEAD).get(seq) as HeadRow;
  const createdMs = prepared(db, 'SELECT min(created_ms) FROM experiments WHERE name = ?').pluck().get(row.experiment) as number;
  const tags = latest(prepared(db, EXPERIMENT_TAGS).all(row.experiment) as TagRow[]);
  const experimentTags = tags.length === 0 ? {} : { tags: byKey(tags) };
  const line: RunLine = {
    type: 'run',
    id: row.id,
    ...optional('parentId', row.parentId),
    experiment: { name: row.experiment, createdMs, ...experimentTags },
    experimentChangedMs: row.experimentChangedMs,
    name: row.name,
    nameChangedMs: row.nameChangedMs,
    ...optional('stage', row.stage),
    status: row.status,
    ...optional('reason', row.reason),
    startedMs: row.startedMs,
    ...optional('endedMs', row.endedMs),
    heartbeatMs: row.heartbeatMs,
    ...optional('deletedMs', row.deletedMs),
    lifecycleChangedMs: row.lifecycleChangedMs,
    user: row.user,
    process: { host: row.host, pid: row.pid, ...optional('start', row.processStart) },
    ...optional('command', row.command),
    ...(row.gitCommit === null
      ? {}
      : {
          git: {
            commit: row.gitCommit,
            ...optional('branch', row.gitBranch),
            dirty: row.gitDirty === 1,
            ...optional('diff', row.gitDiff),
          },
        }),
  };
  const { type, ...rest } = line;
  return JSON.stringify({ type, format: RECORD_FORMAT, version: RECORD_VERSION, ...rest });
}

const HEAD = `SELECT ${RUN_COLUMNS}, r.experiment_changed_ms AS experimentChangedMs, r.name_changed_ms AS nameChangedMs, r.lifecycle_changed_ms AS lifecycleChangedMs
  ${FROM_RUNS} WHERE r.seq = ?`;

/** Of all that have the name; of one key the value that was set last first, as `tagUpsert` has it. */
const EXPERIMENT_TAGS = `SELECT t.key, t.value, t.changed_ms AS changedMs FROM experiments e JOIN experiment_tags t ON t.experiment = e.id
  WHERE e.name = ? ORDER BY t.key, t.changed_ms DESC, t.value IS NULL, t.value DESC`;

function latest(tags: readonly TagRow[]): readonly TagRow[] {
  return tags.filter(({ key }, place) => key !== tags[place - 1]?.key);
}

interface HeadRow extends RunRow {
  readonly experimentChangedMs: number;
  readonly nameChangedMs: number;
  readonly lifecycleChangedMs: number;
}

function withoutNulls(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
