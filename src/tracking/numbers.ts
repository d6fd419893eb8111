/** NaN as the key of the former table `points` could hold it; see migrations/0001-runs.ts. */
const NAN_TEXT = 'NaN';

export function readPointValue(stored: number | string): number {
  return stored === NAN_TEXT ? Number.NaN : (stored as number);
}

/** `series.last_value`: NULL is NaN. */
export function lastValue(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

export function readLastValue(stored: number | null): number {
  return stored ?? Number.NaN;
}
