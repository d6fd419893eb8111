import type { MloError } from '../core/errors/mlo-error.ts';
import type { MetricBatch } from '../core/run.ts';
import type { Connection } from './connection.ts';
import type { Interned } from './interned.ts';
import { lastValue, readLastValue } from './numbers.ts';
import { chunkStore } from './points/chunk-store.ts';
import { comparePoints, concatenate, pick, sortedOnce, type PointColumns } from './points/columns.ts';
import { extremesOf, type Extremes } from './points/extremes.ts';
import { refusalOf } from './refusal.ts';

interface SeriesRow extends Extremes {
  readonly id: number;
  readonly points: number;
  readonly step: number;
  readonly timestampMs: number;
  readonly value: number | null;
}

export interface MetricsWriter {
  /** Takes points for the run with this local number; exact repetitions change nothing. */
  add(run: number, batches: readonly MetricBatch[]): void;
  /** Writes what was taken since the last call; belongs into the same transaction. Returns why points of a series could not be added. */
  finish(): readonly MloError[];
  /** After a rollback. */
  forget(): void;
}

export function metricsWriter(db: Connection, names: Interned): MetricsWriter {
  const taken = new Map<number, Map<string, PointColumns[]>>();
  const chunks = chunkStore(db);
  const find = db.prepare(
    `SELECT id, points, last_step AS step, last_ms AS timestampMs, last_value AS value, min_value AS minValue, min_step AS minStep,
       max_value AS maxValue, max_step AS maxStep FROM series WHERE run = ? AND name = ?`,
  );
  const create = db.prepare('INSERT INTO series (run, name, points, last_step, last_ms) VALUES (?, ?, 0, 0, 0)');
  const update = db.prepare(
    `UPDATE series SET points = ?, last_step = ?, last_ms = ?, last_value = ?, min_value = ?, min_step = ?, max_value = ?, max_step = ?
     WHERE id = ?`,
  );

  function write(run: number, name: string, parts: readonly PointColumns[]): void {
    const given = sortedOnce(concatenate(parts));
    if (given.steps.length === 0) return;
    const nameId = names.id(name);
    const series = find.get(run, nameId) as SeriesRow | undefined;
    const fresh = series === undefined ? given : unknownTo(series, given);
    if (fresh.steps.length === 0) return;
    const id = series?.id ?? Number(create.run(run, nameId).lastInsertRowid);
    chunks.append(id, fresh);
    const last = newest(series, fresh);
    const { minValue, minStep, maxValue, maxStep } = extremesOf(fresh, series);
    const count = (series?.points ?? 0) + fresh.steps.length;
    update.run(count, last.step, last.timestampMs, lastValue(last.value), minValue, minStep, maxValue, maxStep, id);
  }

  /** Points after the newest one are new; only for others the chunks around them are read, one at a time. */
  function unknownTo(series: SeriesRow, given: PointColumns): PointColumns {
    if (comparePoints(given, 0, onePoint({ ...series, value: readLastValue(series.value) }), 0) > 0) return given;
    let fresh = given;
    for (const chunk of chunks.chunks(series.id, { from: stepAt(given, 0), to: stepAt(given, given.steps.length - 1) })) {
      fresh = without(fresh, sortedOnce(chunk));
      if (fresh.steps.length === 0) break;
    }
    return fresh;
  }

  return {
    add(run, batches) {
      let ofRun = taken.get(run);
      if (ofRun === undefined) taken.set(run, (ofRun = new Map()));
      for (const batch of batches) {
        // SQLite stores well-formed text only: names that differ in lone surrogates are one series.
        const name = batch.name.toWellFormed();
        const parts = ofRun.get(name);
        if (parts === undefined) ofRun.set(name, [batch]);
        else parts.push(batch);
      }
    },
    finish() {
      const refused: MloError[] = [];
      for (const [run, ofRun] of taken) {
        for (const [name, parts] of ofRun) {
          const error = refusalOf(
            () => write(run, name, parts),
            () => `Points of metric ${JSON.stringify(name)}`,
          );
          if (error !== undefined) refused.push(error);
        }
      }
      taken.clear();
      return refused;
    },
    forget: () => taken.clear(),
  };
}

/** Both in order, each point once. */
function without(points: PointColumns, known: PointColumns): PointColumns {
  const left: number[] = [];
  for (let mine = 0, theirs = 0; mine < points.steps.length; mine += 1) {
    while (theirs < known.steps.length && comparePoints(known, theirs, points, mine) < 0) theirs += 1;
    if (theirs === known.steps.length || comparePoints(known, theirs, points, mine) !== 0) left.push(mine);
  }
  return left.length === points.steps.length ? points : pick(points, left);
}

function stepAt({ steps }: PointColumns, at: number): number {
  return steps[at] as number;
}

interface Point {
  readonly step: number;
  readonly timestampMs: number;
  readonly value: number;
}

function onePoint({ step, timestampMs, value }: Point): PointColumns {
  return { steps: [step], timestampsMs: [timestampMs], values: [value] };
}

/** Greatest by (step, time, value), the same whatever the order of arrival. `points` are in order. */
function newest(series: SeriesRow | undefined, points: PointColumns): Point {
  const at = points.steps.length - 1;
  const last = { step: points.steps[at] as number, timestampMs: points.timestampsMs[at] as number, value: points.values[at] as number };
  if (series === undefined) return last;
  const before = { ...series, value: readLastValue(series.value) };
  return comparePoints(points, at, onePoint(before), 0) > 0 ? last : before;
}
