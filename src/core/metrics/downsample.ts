/** What is left of a series where each column of a picture shows all of its points at once. All arrays have one entry for each column that has points. */
export interface PixelColumns {
  /** Which column, ascending from 0. */
  readonly column: Uint32Array;
  /** Indices of points: the first, smallest, largest and last of the column. Values may be infinite, never NaN. */
  readonly first: Uint32Array;
  readonly min: Uint32Array;
  readonly max: Uint32Array;
  readonly last: Uint32Array;
  /** 1 where a NaN stands between the column before and the first point of this one: no line connects them. */
  readonly gapBefore: Uint8Array;
}

export interface PixelRange {
  /** Places of the left and right edge, in the units of `xs`; equal where there is one place only. */
  readonly from: number;
  readonly to: number;
  readonly columns: number;
}

/**
 * Points by columns of pixels, in one pass: extremes are kept, so that the picture is that of all points.
 * `xs` ascend; places that are NaN or outside the range are left out. A NaN among `ys` is a gap.
 */
export function downsample(xs: ArrayLike<number>, ys: ArrayLike<number>, { from, to, columns }: PixelRange): PixelColumns {
  const column = new Uint32Array(columns);
  const [first, min, max, last] = [indices(columns), indices(columns), indices(columns), indices(columns)];
  const gapBefore = new Uint8Array(columns);
  const scale = to > from ? columns / (to - from) : 0;
  let filled = 0;
  let isGap = 0;
  for (let index = 0; index < ys.length; index += 1) {
    const x = xs[index] as number;
    const y = ys[index] as number;
    if (!(x >= from && x <= to)) continue;
    if (Number.isNaN(y)) {
      isGap = 1;
      continue;
    }
    const at = Math.min(columns - 1, Math.floor((x - from) * scale));
    const current = filled - 1;
    if (filled > 0 && column[current] === at) {
      if (y < (ys[min[current] as number] as number)) min[current] = index;
      if (y > (ys[max[current] as number] as number)) max[current] = index;
      last[current] = index;
      // A gap within a column is narrower than a pixel, unless it is the end of the column.
      isGap = 0;
      continue;
    }
    column[filled] = at;
    first[filled] = min[filled] = max[filled] = last[filled] = index;
    gapBefore[filled] = isGap;
    isGap = 0;
    filled += 1;
  }
  const used = <Column extends Uint32Array | Uint8Array>(all: Column): Column => all.subarray(0, filled) as Column;
  return { column: used(column), first: used(first), min: used(min), max: used(max), last: used(last), gapBefore: used(gapBefore) };
}

function indices(length: number): Uint32Array {
  return new Uint32Array(length);
}
