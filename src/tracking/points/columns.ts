/** Points of one metric, a column each; all three have the same length. */
export interface PointColumns {
  readonly steps: ArrayLike<number>;
  /** Unix milliseconds. */
  readonly timestampsMs: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export const NO_POINTS: PointColumns = { steps: [], timestampsMs: [], values: [] };

/** Order of points: by step, then time, then value, NaN below every number. */
export function comparePoints(a: PointColumns, i: number, b: PointColumns, j: number): number {
  return (
    (a.steps[i] as number) - (b.steps[j] as number) ||
    (a.timestampsMs[i] as number) - (b.timestampsMs[j] as number) ||
    compareValues(a.values[i] as number, b.values[j] as number)
  );
}

function compareValues(a: number, b: number): number {
  if (a === b) return 0;
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  return Number.isNaN(b) || a > b ? 1 : -1;
}

/** Each point comes after the one before it, so that none is there twice. */
function isStrictlyAscending(points: PointColumns): boolean {
  for (let each = 1; each < points.steps.length; each += 1) {
    if (comparePoints(points, each - 1, points, each) >= 0) return false;
  }
  return true;
}

/** The points in order, each once. */
export function sortedOnce(points: PointColumns): PointColumns {
  if (isStrictlyAscending(points)) return points;
  const order = Uint32Array.from({ length: points.steps.length }, (_, each) => each).sort((i, j) => comparePoints(points, i, points, j));
  return pick(
    points,
    order.filter((each, at) => at === 0 || comparePoints(points, order[at - 1] as number, points, each) !== 0),
  );
}

export function pick(points: PointColumns, which: ArrayLike<number>): PointColumns {
  const column = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: which.length }, (_, at) => values[which[at] as number] as number);
  return { steps: column(points.steps), timestampsMs: column(points.timestampsMs), values: column(points.values) };
}

export function concatenate(parts: readonly PointColumns[]): PointColumns {
  if (parts.length === 1) return parts[0] as PointColumns;
  const length = parts.reduce((sum, part) => sum + part.steps.length, 0);
  const column = (of: (part: PointColumns) => ArrayLike<number>): Float64Array => {
    const all = new Float64Array(length);
    let at = 0;
    for (const part of parts) {
      all.set(of(part), at);
      at += of(part).length;
    }
    return all;
  };
  return { steps: column((part) => part.steps), timestampsMs: column((part) => part.timestampsMs), values: column((part) => part.values) };
}
