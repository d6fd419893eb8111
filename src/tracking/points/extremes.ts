import type { PointColumns } from './columns.ts';

/** Smallest and greatest value with the first step that has it; null where every value is NaN. */
export interface Extremes {
  readonly minValue: number | null;
  readonly minStep: number | null;
  readonly maxValue: number | null;
  readonly maxStep: number | null;
}

export const NO_EXTREMES: Extremes = { minValue: null, minStep: null, maxValue: null, maxStep: null };

/** `before` and the points together. */
export function extremesOf({ steps, values }: PointColumns, before: Extremes = NO_EXTREMES): Extremes {
  let { minValue, minStep, maxValue, maxStep } = before;
  for (let each = 0; each < values.length; each += 1) {
    const value = values[each] as number;
    const step = steps[each] as number;
    if (Number.isNaN(value)) continue;
    if (minValue === null || value < minValue || (value === minValue && step < (minStep as number))) {
      minValue = value;
      minStep = step;
    }
    if (maxValue === null || value > maxValue || (value === maxValue && step < (maxStep as number))) {
      maxValue = value;
      maxStep = step;
    }
  }
  return { minValue, minStep, maxValue, maxStep };
}
