import type { MetricBatch, MetricPoint } from '../run.ts';

/** The points by metric, in the order of the first point of each. */
export function toBatches(points: readonly MetricPoint[]): MetricBatch[] {
  return [...Map.groupBy(points, (point) => point.name)].map(([name, own]) => ({
    name,
    steps: own.map((point) => point.step),
    timestampsMs: own.map((point) => point.timestampMs),
    values: own.map((point) => point.value),
  }));
}
