import { readLastValue } from './numbers.ts';
import type { Extremes } from './points/extremes.ts';
import type { MetricSummary } from './types.ts';

/** What a row of `series` knows of its points. */
export interface MetricRow extends Extremes {
  readonly points: number;
  readonly step: number;
  readonly value: number | null;
}

export function toMetricSummary({ value, step, points, minValue, minStep, maxValue, maxStep }: MetricRow): MetricSummary {
  return {
    value: readLastValue(value),
    step,
    points,
    ...(minValue === null ? {} : { min: { value: minValue, step: minStep as number } }),
    ...(maxValue === null ? {} : { max: { value: maxValue, step: maxStep as number } }),
  };
}
