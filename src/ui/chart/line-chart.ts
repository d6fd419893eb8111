import { smooth } from '../../core/metrics/smooth.ts';
import { createScale, extentOf, type Scale } from '../../core/plots/scale.ts';
import { ticksOf } from '../../core/plots/ticks.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { truncate } from '../format/text-width.ts';
import type { Style } from '../style.ts';
import { DotCanvas, type CanvasCell } from './canvas.ts';
import { drawLine, drawPoints, markLine, type MeasuredSeries, type Plane } from './draw-series.ts';
import { centred, placeAxis, valueAxis } from './frame.ts';
import { legendLines } from './legend.ts';
import { markOf, paintOf } from './marks.ts';
import { chartHeight, chartWidth } from './size.ts';
import type { ChartOptions, ChartSeries } from './types.ts';

const ASCII_LINE = '*';

/** Series over a common axis as lines of text, never wider than the chart is to be. */
export function lineChart(series: readonly ChartSeries[], options: ChartOptions, style: Style): string[] {
  const width = chartWidth(options.width, style);
  const rows = options.height ?? chartHeight(width);
  const shown = series.map((each) => ({ ...each, ys: smoothed(each.ys, options.smoothing ?? 0) }));
  const xs = shown.map((each) => each.xs);
  const x = createScale(extentOf(xs, options.logX), { log: options.logX === true });
  const y = createScale(
    extentOf(
      shown.map((each) => each.ys),
      options.logY,
    ),
    { log: options.logY === true },
  );

  const axis = valueAxis(ticksOf(y, { atMost: Math.max(2, Math.ceil(rows / 3)) }), y, rows, style);
  const columns = Math.max(4, width - axis.width);
  const canvas = new DotCanvas(columns, rows, style.glyphs.unicode);
  const edges = style.glyphs.unicode ? { above: '▲', below: '▼' } : { above: '^', below: 'v' };
  draw({ x, y, canvas, edges }, shown, options.kind ?? 'line', style);

  const ticks = ticksOf(x, { atMost: Math.max(2, Math.floor(columns / 9)), whole: xs.every(areWhole) });
  const plain = series.length > 1 ? (owner: number) => markOf(owner, style) : () => ASCII_LINE;
  return [
    ...headLines(options, width, style),
    ...axis.lines.map((left, row) => `${left}${paintCells(canvas.row(row, plain), style)}`.trimEnd()),
    ...placeAxis(ticks, x, columns, axis.width, style),
    ...(options.xLabel === undefined ? [] : [style.dim(centred(clipped(options.xLabel, columns, style), columns, axis.width))]),
    ...(series.length > 1
      ? legendLines(
          series.map(({ name }) => name),
          width,
          style,
        )
      : []),
    ...leftOutLines(shown, options, width, style),
  ];
}

function smoothed(ys: ArrayLike<number>, weight: number): ArrayLike<number> {
  return weight > 0 ? smooth(ys, weight) : ys;
}

/** The first series is drawn last, over the others; marks come when all lines are there. */
function draw(plane: Plane, series: readonly ChartSeries[], kind: 'line' | 'scatter', style: Style): void {
  const isOne = series.length === 1;
  const dot = style.glyphs.unicode ? '•' : ASCII_LINE;
  const measured = series.map(({ xs, ys }): MeasuredSeries => ({ xs: measure(xs, plane.x), ys: measure(ys, plane.y) }));
  for (let index = measured.length - 1; index >= 0; index -= 1) {
    const each = measured[index] as MeasuredSeries;
    if (kind === 'scatter') drawPoints(plane, each, index, isOne ? undefined : markOf(index, style));
    else drawLine(plane, each, index, isOne ? dot : markOf(index, style));
  }
  if (isOne || kind === 'scatter' || !style.glyphs.unicode) return;
  for (const [index, each] of measured.entries()) markLine(plane, each, index, markOf(index, style), (index + 0.5) / measured.length);
}

/** A linear axis measures values as they are: no copy of a million points. */
function measure(values: ArrayLike<number>, scale: Scale): ArrayLike<number> {
  return scale.log ? Float64Array.from(values, (value) => (value === Infinity ? value : scale.measure(value))) : values;
}

function headLines({ title, yLabel, smoothing = 0 }: ChartOptions, width: number, style: Style): readonly string[] {
  const remark = smoothing > 0 ? ` (smoothed ${smoothing})` : '';
  const about = [title, yLabel === title ? undefined : yLabel].filter((text) => text !== undefined);
  if (about.length === 0 && remark === '') return [];
  const text = clipped(`${about.join(` ${style.glyphs.dot} `)}${remark}`.trimStart(), width, style);
  return [style.bold(text)];
}

function leftOutLines(series: readonly ChartSeries[], { logX, logY }: ChartOptions, width: number, style: Style): readonly string[] {
  const left = series.reduce((sum, { xs, ys }) => sum + (logY === true ? notPositive(ys) : 0) + (logX === true ? notPositive(xs) : 0), 0);
  const nothing = series.every(({ ys }) => !hasNumber(ys));
  return [
    ...(nothing ? [style.dim(clipped('no numbers to draw', width, style))] : []),
    ...(left === 0
      ? []
      : [style.dim(clipped(`${count(left, 'value')} of 0 or less left out: no place on a logarithmic axis`, width, style))]),
  ];
}

function notPositive(values: ArrayLike<number>): number {
  let found = 0;
  for (let index = 0; index < values.length; index += 1) if ((values[index] as number) <= 0) found += 1;
  return found;
}

function hasNumber(values: ArrayLike<number>): boolean {
  for (let index = 0; index < values.length; index += 1) if (!Number.isNaN(values[index] as number)) return true;
  return false;
}

function areWhole(values: ArrayLike<number>): boolean {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (Number.isFinite(value) && !Number.isInteger(value)) return false;
  }
  return true;
}

function clipped(text: string, width: number, style: Style): string {
  return truncate(printable(text), width, style.glyphs.ellipsis);
}

/** Neighbours of one colour are painted together. */
function paintCells(cells: readonly CanvasCell[], style: Style): string {
  let line = '';
  let text = '';
  let owner = -1;
  const flush = (): void => {
    line += owner < 0 || text.trim() === '' ? text : paintOf(owner, style)(text);
    text = '';
  };
  for (const cell of cells) {
    if (cell.owner !== owner && cell.text !== ' ') {
      flush();
      owner = cell.owner;
    }
    text += cell.text;
  }
  text = text.trimEnd();
  flush();
  return line;
}
