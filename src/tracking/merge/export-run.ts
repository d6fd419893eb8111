import type { RunId } from '../../core/run.ts';
import { createHasher } from '../../fs/hash.ts';
import type { Connection } from '../connection.ts';
import { runUnknown } from '../errors.ts';
import type { PointColumns } from '../points/columns.ts';
import { inPieces, pointsInOrder } from '../points/in-order.ts';
import { modelLines } from './export-models.ts';
import { byKey, inLines, optional } from './line-parts.ts';
import { POINTS_A_LINE, RECORD_FORMAT, RECORD_VERSION, type RunLine } from './record-format.ts';
import { readRunRows, type RunRows } from './run-rows.ts';

/** Read from the store together. */
const RUNS_AT_ONCE = 256;

/** Each run with its lines, which are to be read before the next run is asked for. The runs of one piece of work are of one state of the store. */
export function* exportRuns(db: Connection, ids: readonly RunId[]): Generator<{ readonly id: RunId; readonly lines: Iterable<string> }> {
  for (let from = 0; from < ids.length; from += RUNS_AT_ONCE) {
    const some = ids.slice(from, from + RUNS_AT_ONCE);
    const rows = readRunRows(db, some);
    for (const id of some) yield { id, lines: exportRun(db, id, rows) };
  }
}

/** The lines of a run, each with its line end; the same bytes in every store that knows the same of the run. */
export function* exportRun(db: Connection, id: RunId, rows = readRunRows(db, [id])): Generator<string> {
  const own = rows.get(id);
  if (own === undefined) throw runUnknown(id);
  const hasher = createHasher();
  let lines = 0;
  for (const text of linesOf(db, own)) {
    const line = `${text}\n`;
    hasher.update(Buffer.from(line));
    lines += 1;
    yield line;
  }
  yield `${JSON.stringify({ type: 'end', lines, blake3: hasher.digest() })}\n`;
}

function* linesOf(db: Connection, rows: RunRows): Generator<string> {
  yield headLine(rows);
  for (const some of inLines(rows.params))
    yield `{"type":"params","params":{${some.map(({ name, json }) => `${JSON.stringify(name)}:${json}`).join(',')}}}`;
  for (const some of inLines(rows.tags)) yield JSON.stringify({ type: 'tags', tags: byKey(some) });
  yield* metricLines(db, rows);
  yield* entryLines('inputs', rows.inputs);
  yield* entryLines('artifacts', rows.artifacts);
  yield* entryLines('links', rows.links);
  if (rows.hasModels) yield* modelLines(db, rows.head.seq);
}

function* metricLines(db: Connection, { series }: RunRows): Generator<string> {
  for (const { id, name } of series) for (const points of inPieces(pointsInOrder(db, id), POINTS_A_LINE)) yield metricLine(name, points);
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

function* entryLines(type: 'inputs' | 'artifacts' | 'links', rows: readonly object[]): Generator<string> {
  for (const some of inLines(rows)) yield JSON.stringify({ type, [type]: some.map(withoutNulls) });
}

function headLine({ head: row, experiment }: RunRows): string {
  const line: RunLine = {
    type: 'run',
    id: row.id,
    ...optional('parentId', row.parentId),
    experiment: { name: row.experiment, ...experiment },
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

function withoutNulls(row: object): object {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
