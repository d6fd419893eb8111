import type { MetricPoint } from '../core/run.ts';
import type { Connection } from './connection.ts';
import type { Interned } from './interned.ts';
import { lastValue, pointValue, readLastValue } from './numbers.ts';

interface Series {
  readonly id: number;
  points: number;
  step: number;
  timestampMs: number;
  value: number;
}

export interface MetricsWriter {
  /** Adds points to the run with this local number; exact repetitions change nothing. */
  add(run: number, points: readonly MetricPoint[]): void;
  /** Writes counts and last values of every series touched since the last call; belongs into the same transaction. */
  finish(): void;
  /** After a rollback. */
  forget(): void;
}

export function metricsWriter(db: Connection, names: Interned): MetricsWriter {
  const touched = new Map<number, Map<string, Series>>();
  const find = db.prepare(
    'SELECT id, points, last_step AS step, last_ms AS timestampMs, last_value AS value FROM series WHERE run = ? AND name = ?',
  );
  const create = db.prepare('INSERT INTO series (run, name, points, last_step, last_ms, last_value) VALUES (?, ?, 0, ?, ?, ?)');
  const insert = db.prepare('INSERT INTO points (series, step, timestamp_ms, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const update = db.prepare('UPDATE series SET points = ?, last_step = ?, last_ms = ?, last_value = ? WHERE id = ?');

  function open(run: number, text: string, first: MetricPoint): Series {
    const name = names.id(text);
    const found = find.get(run, name) as
      | { id: number; points: number; step: number; timestampMs: number; value: number | null }
      | undefined;
    if (found !== undefined) return { ...found, value: readLastValue(found.value) };
    const { step, timestampMs, value } = first;
    const id = Number(create.run(run, name, step, timestampMs, lastValue(value)).lastInsertRowid);
    return { id, points: 0, step, timestampMs, value };
  }

  /** SQLite stores well-formed text only: names that differ in lone surrogates are one series. */
  function openOnce(ofRun: Map<string, Series>, run: number, first: MetricPoint): Series {
    const text = first.name.toWellFormed();
    const series = ofRun.get(text) ?? open(run, text, first);
    ofRun.set(text, series).set(first.name, series);
    return series;
  }

  return {
    add(run, points) {
      let ofRun = touched.get(run);
      if (ofRun === undefined) touched.set(run, (ofRun = new Map()));
      for (const point of points) {
        const series = ofRun.get(point.name) ?? openOnce(ofRun, run, point);
        const { changes } = insert.run(series.id, point.step, point.timestampMs, pointValue(point.value));
        if (changes === 0) continue;
        series.points += 1;
        if (isNewer(point, series)) {
          series.step = point.step;
          series.timestampMs = point.timestampMs;
          series.value = point.value;
        }
      }
    },
    finish() {
      for (const ofRun of touched.values()) {
        for (const s of ofRun.values()) update.run(s.points, s.step, s.timestampMs, lastValue(s.value), s.id);
      }
      touched.clear();
    },
    forget: () => touched.clear(),
  };
}

/** Greatest by (step, time, value), NaN below every number: the same whatever the order of arrival. */
function isNewer(a: MetricPoint, b: Series): boolean {
  if (a.step !== b.step) return a.step > b.step;
  if (a.timestampMs !== b.timestampMs) return a.timestampMs > b.timestampMs;
  return a.value > b.value || Number.isNaN(b.value);
}
