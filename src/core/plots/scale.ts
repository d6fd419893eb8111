/** Where values stand along an axis. */
export interface Scale {
  readonly log: boolean;
  /** Edges in the units of `measure`, `from` below `to`. */
  readonly from: number;
  readonly to: number;
  /** The value itself, or its decimal logarithm; NaN where the axis has no place for it (zero and less, logarithmic). */
  measure(value: number): number;
  /** 0 at `from`, 1 at `to`; beyond them outside of 0..1, infinities included. */
  place(value: number): number;
}

export interface Extent {
  readonly min: number;
  readonly max: number;
}

/** Below 2.2e-308 numbers have fewer and fewer digits, and a tenth of the smallest ones is 0. */
const FEW_DIGITS = 1e-300;

/** Finite values only; undefined where there are none. With `log`, positive ones only. */
export function extentOf(columns: readonly ArrayLike<number>[], log = false): Extent | undefined {
  let min = Infinity;
  let max = -Infinity;
  for (const values of columns) {
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as number;
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return min <= max ? { min, max } : undefined;
}

/**
 * `padding`: share of the extent that is left free on either side. A constant gets room around it, and where
 * there is nothing at all the axis goes from 0 to 1 (1 to 10, logarithmic).
 */
export function createScale(extent: Extent | undefined, options: { readonly log?: boolean; readonly padding?: number } = {}): Scale {
  const { log = false, padding = 0 } = options;
  const measure = log ? logarithm : asIs;
  const [low, high] = edges(extent === undefined ? [0, 1] : [measure(extent.min), measure(extent.max)], log);
  const room = (high - low) * padding;
  const [from, to] = [inRange(low - room), inRange(high + room)];
  const size = to - from;
  return { log, from, to, measure, place: (value) => (measure(value) - from) / size };
}

function edges([low, high]: readonly [number, number], log: boolean): readonly [number, number] {
  const largest = Math.max(Math.abs(low), Math.abs(high));
  // Differences that the numbers themselves can hardly tell are no differences to be drawn.
  if (high - low > Math.max(largest * 1e-12, FEW_DIGITS)) {
    if (Number.isFinite(high - low)) return [low, high];
    return [low / 2, high / 2];
  }
  const room = log ? 0.5 : largest <= FEW_DIGITS ? 1 : largest * 0.1;
  return [inRange(low - room), inRange(high + room)];
}

function inRange(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}

function asIs(value: number): number {
  return value;
}

function logarithm(value: number): number {
  return value > 0 ? Math.log10(value) : Number.NaN;
}
