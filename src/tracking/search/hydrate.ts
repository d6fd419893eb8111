import type { Connection } from '../connection.ts';
import { toMetricSummary } from '../metric-summary.ts';
import type { Extremes } from '../points/extremes.ts';
import { readParam } from '../read-param.ts';
import { SELECT_RUNS, toSummary, type RunRow } from '../read-runs.ts';
import type { MetricSummary } from '../types.ts';
import type { FoundRun } from './types.ts';

/** The runs with these local numbers, in this order: five queries, however many they are, each reads only rows of these runs. */
export function hydrate(db: Connection, numbers: readonly number[]): FoundRun[] {
  if (numbers.length === 0) return [];
  const list = JSON.stringify(numbers);
  const rows = db.prepare(`${SELECT_RUNS} WHERE r.seq IN (SELECT value FROM json_each(?))`).all(list) as RunRow[];
  // CROSS JOIN keeps the order of the tables: from the runs to their rows, never through a whole table.
  const of = <Row extends unknown[]>(columns: string, joins: string): Map<number, Row[]> => {
    const found = db.prepare(`SELECT j.value, ${columns} FROM json_each(?) j CROSS JOIN ${joins}`).raw().all(list) as [number, ...Row][];
    const byRun = new Map<number, Row[]>(numbers.map((number) => [number, []]));
    for (const [run, ...row] of found) byRun.get(run)?.push(row as unknown as Row);
    return byRun;
  };
  const params = of<[name: string, json: string]>('n.name, t.json', 'params t ON t.run = j.value CROSS JOIN names n ON n.id = t.name');
  const metrics = of<SeriesRow>(
    'n.name, t.last_value, t.last_step, t.points, t.min_value, t.min_step, t.max_value, t.max_step',
    'series t ON t.run = j.value CROSS JOIN names n ON n.id = t.name',
  );
  const tags = of<[key: string, value: string]>('t.key, t.value', 'tags t ON t.run = j.value AND t.value IS NOT NULL');
  const data = of<[name: string, digest: string]>(
    'n.name, min(t.digest)',
    'inputs t ON t.run = j.value CROSS JOIN names n ON n.id = t.name GROUP BY j.value, t.name',
  );
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return numbers.flatMap((number) => {
    const row = bySeq.get(number);
    if (row === undefined) return [];
    return [
      {
        ...toSummary(row),
        params: sorted(params.get(number) ?? [], ([, json]) => readParam(json)),
        metrics: sorted(metrics.get(number) ?? [], toMetric),
        tags: sorted(tags.get(number) ?? [], ([, value]) => value),
        data: sorted(data.get(number) ?? [], ([, digest]) => digest),
      },
    ];
  });
}

type SeriesRow = [
  name: string,
  value: number | null,
  step: number,
  points: number,
  minValue: Extremes['minValue'],
  minStep: Extremes['minStep'],
  maxValue: Extremes['maxValue'],
  maxStep: Extremes['maxStep'],
];

/** An object by name; the first column of a row is its name. */
function sorted<Row extends readonly [string, ...unknown[]], T>(
  rows: readonly Row[],
  toValue: (row: Row) => T,
): { readonly [name: string]: T } {
  const inOrder = rows.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(inOrder.map((row) => [row[0], toValue(row)]));
}

function toMetric([, value, step, points, minValue, minStep, maxValue, maxStep]: SeriesRow): MetricSummary {
  return toMetricSummary({ value, step, points, minValue, minStep, maxValue, maxStep });
}
