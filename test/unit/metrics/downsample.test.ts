import { describe, expect, it } from 'vitest';
import { downsample, type PixelColumns } from '../../../src/core/metrics/downsample.ts';
import { fc } from '../../helpers/properties.ts';

interface Column {
  readonly column: number;
  readonly indices: number[];
  gap: boolean;
}

/** The same by sorting points into lists, as slowly as it takes to be obvious. */
function expected(xs: readonly number[], ys: readonly number[], columns: number): readonly Column[] {
  const [from, to] = [xs[0] as number, xs.at(-1) as number];
  const found: Column[] = [];
  let gap = false;
  for (const [index, y] of ys.entries()) {
    if (Number.isNaN(y)) {
      gap = true;
      continue;
    }
    const place = to > from ? ((xs[index] as number) - from) * (columns / (to - from)) : 0;
    const column = Math.min(columns - 1, Math.floor(place));
    const current = found.at(-1);
    if (current?.column === column) current.indices.push(index);
    else found.push({ column, indices: [index], gap });
    gap = false;
  }
  return found;
}

const series = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: 5 }),
      fc.oneof({ weight: 8, arbitrary: fc.double({ noNaN: true }) }, { weight: 1, arbitrary: fc.constant(Number.NaN) }),
    ),
    { minLength: 1, maxLength: 300 },
  )
  .map((points) => {
    let x = 0;
    return { xs: points.map(([step]) => (x += step)), ys: points.map(([, y]) => y) };
  });

function shown(found: PixelColumns, ys: readonly number[]) {
  return Array.from(found.column, (column, at) => ({
    column,
    first: found.first[at],
    last: found.last[at],
    min: ys[found.min[at] as number],
    max: ys[found.max[at] as number],
    gap: found.gapBefore[at] === 1,
  }));
}

describe('points by columns of pixels', () => {
  it('are the first, smallest, largest and last of each column, whatever the series', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 50 }), ({ xs, ys }, columns) => {
        const found = downsample(xs, ys, { from: xs[0] as number, to: xs.at(-1) as number, columns });
        const wanted = expected(xs, ys, columns).map(({ column, indices, gap }) => {
          const values = indices.map((index) => ys[index] as number);
          return { column, first: indices[0], last: indices.at(-1), min: Math.min(...values), max: Math.max(...values), gap };
        });
        const plain = (rows: readonly object[]): unknown =>
          JSON.parse(JSON.stringify(rows, (_, value: unknown) => (value === 0 ? 0 : value)));
        expect(plain(shown(found, ys))).toEqual(plain(wanted));
      }),
    );
  });

  it('keep the one spike among a million points', () => {
    const xs = Float64Array.from({ length: 1_000_000 }, (_, index) => index);
    const ys = new Float64Array(1_000_000);
    ys[654_321] = 7;
    const found = downsample(xs, ys, { from: 0, to: 999_999, columns: 160 });
    expect(found.column.length).toBe(160);
    expect(Math.max(...Array.from(found.max, (index) => ys[index] as number))).toBe(7);
  });

  it('take infinities as values, NaN as a gap, and a single place as one column', () => {
    const found = downsample([1, 2, 3, 4], [1, Infinity, Number.NaN, -Infinity], { from: 1, to: 4, columns: 4 });
    expect(shown(found, [1, Infinity, Number.NaN, -Infinity])).toEqual([
      { column: 0, first: 0, last: 0, min: 1, max: 1, gap: false },
      { column: 1, first: 1, last: 1, min: Infinity, max: Infinity, gap: false },
      { column: 3, first: 3, last: 3, min: -Infinity, max: -Infinity, gap: true },
    ]);
    expect(Array.from(downsample([5, 5], [1, 2], { from: 5, to: 5, columns: 9 }).column)).toEqual([0]);
    expect(downsample([], [], { from: 0, to: 1, columns: 9 }).column.length).toBe(0);
  });

  it('leave out what is beyond the edges or has no place', () => {
    const found = downsample([-1, 0, Number.NaN, 2, 9], [1, 2, 3, 4, 5], { from: 0, to: 2, columns: 2 });
    expect(Array.from(found.first)).toEqual([1, 3]);
    expect(Array.from(found.gapBefore)).toEqual([0, 0]);
  });
});
