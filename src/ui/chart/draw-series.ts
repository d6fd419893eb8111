import { downsample, type PixelColumns } from '../../core/metrics/downsample.ts';
import type { Scale } from '../../core/plots/scale.ts';
import type { DotCanvas } from './canvas.ts';

/** A series measured along both axes: logarithms where an axis is logarithmic. */
export interface MeasuredSeries {
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
}

interface EdgeMarks {
  readonly above: string;
  readonly below: string;
}

/** Axes of a chart, and where the dots of its canvas lie on them. */
export interface Plane {
  readonly x: Scale;
  readonly y: Scale;
  readonly canvas: DotCanvas;
  readonly edges: EdgeMarks;
}

/** The line of a series. Points without neighbours get `lonely`, a mark, because a dot alone is hardly seen. */
export function drawLine({ x, y, canvas, edges }: Plane, { xs, ys }: MeasuredSeries, owner: number, lonely: string): void {
  const found = downsample(xs, ys, { from: x.from, to: x.to, columns: canvas.width });
  const rowOf = (index: number): number => dotRow(ys[index] as number, y, canvas);
  for (let at = 0; at < found.column.length; at += 1) {
    const column = found.column[at] as number;
    const [top, bottom] = [rowOf(found.max[at] as number), rowOf(found.min[at] as number)];
    canvas.line(column, top, column, bottom, owner);
    const isLinked = at > 0 && found.gapBefore[at] === 0;
    if (isLinked)
      canvas.line(found.column[at - 1] as number, rowOf(found.last[at - 1] as number), column, rowOf(found.first[at] as number), owner);
    const isAlone = !isLinked && top === bottom && (at + 1 === found.column.length || found.gapBefore[at + 1] === 1);
    if (isAlone) canvas.mark(column, top, owner, lonely);
  }
  markInfinities(found, ys, canvas, edges, owner);
}

/** Each point by itself: `mark` on its cell, or a dot where there is none. */
export function drawPoints({ x, y, canvas, edges }: Plane, { xs, ys }: MeasuredSeries, owner: number, mark: string | undefined): void {
  for (let index = 0; index < ys.length; index += 1) {
    const value = ys[index] as number;
    const place = ((xs[index] as number) - x.from) / (x.to - x.from);
    if (!(place >= 0 && place <= 1) || Number.isNaN(value)) continue;
    const column = Math.min(canvas.width - 1, Math.floor(place * canvas.width));
    const row = dotRow(value, y, canvas);
    if (!Number.isFinite(value)) canvas.mark(column, row, owner, value > 0 ? edges.above : edges.below);
    else if (mark === undefined) canvas.dot(column, row, owner);
    else canvas.mark(column, row, owner, mark);
  }
}

/** Marks along a line, `share` (0 to 1) of the way between two of them further right than where the first would be. */
export function markLine({ x, y, canvas }: Plane, { xs, ys }: MeasuredSeries, owner: number, mark: string, share: number): void {
  const found = downsample(xs, ys, { from: x.from, to: x.to, columns: canvas.columns });
  const dots = canvas.width / canvas.columns;
  const every = Math.max(6, Math.round(canvas.columns / 4));
  let next = Math.round(every * share);
  let marked = 0;
  for (let at = 0; at < found.column.length; at += 1) {
    const column = found.column[at] as number;
    const value = ys[found.last[at] as number] as number;
    const isLast = at + 1 === found.column.length && marked === 0;
    if ((column < next && !isLast) || !Number.isFinite(value)) continue;
    const row = dotRow(value, y, canvas);
    if (canvas.isMarked(column * dots, row) && !isLast) continue;
    canvas.mark(column * dots, row, owner, mark);
    marked += 1;
    next = column + every;
  }
}

function markInfinities(found: PixelColumns, ys: ArrayLike<number>, canvas: DotCanvas, { above, below }: EdgeMarks, owner: number): void {
  for (let at = 0; at < found.column.length; at += 1) {
    const column = found.column[at] as number;
    if (ys[found.max[at] as number] === Infinity) canvas.mark(column, 0, owner, above);
    if (ys[found.min[at] as number] === -Infinity) canvas.mark(column, canvas.height - 1, owner, below);
  }
}

function dotRow(measured: number, { from, to }: Scale, { height }: DotCanvas): number {
  const row = Math.round((1 - (measured - from) / (to - from)) * (height - 1));
  return Math.min(height - 1, Math.max(0, row));
}
