import { downsample } from '../metrics/downsample.ts';
import { smooth } from '../metrics/smooth.ts';
import type { LinePlot } from '../plots/plot.ts';
import { createScale, extentOf, type Scale } from '../plots/scale.ts';
import { ticksOf } from '../plots/ticks.ts';
import { formatNumber } from '../text/format-number.ts';
import { smoothingOf } from '../plots/smoothing.ts';
import { labelsWidth, placeAxis, placeLabel, titleText, valueAxis, valueLabel, type Box } from './axes.ts';
import { seriesColour, seriesDash } from './colours.ts';
import { legend } from './legend.ts';
import { px } from './svg.ts';
import type { Drawing, Figure, HoverData } from './types.ts';

const WIDTH = 760;
const PLOT_HEIGHT = 300;
const TOP = 48;
const RIGHT = 24;
const BOTTOM = 58;
/** Above this, points on the same pixel are drawn once. */
const MOST_POINTS = 4000;

interface Drawn {
  /** Indices of the points that are drawn; `gap`: no line from the one before. */
  readonly points: readonly { readonly index: number; readonly gap: boolean }[];
  readonly xs: ArrayLike<number>;
  readonly ys: ArrayLike<number>;
}

/** Lines or points over a common axis. */
export function lineFigure(plot: LinePlot, { view, lettering }: Drawing): Figure {
  const { smoothing = 0 } = smoothingOf(plot, view);
  const [logX, logY] = [view.logX === true, view.logY === true];
  const raw = plot.series.map(({ xs, ys }) => ({ xs, ys }));
  const shown = smoothing > 0 && plot.kind === 'line' ? raw.map(({ xs, ys }) => ({ xs, ys: smooth(ys, smoothing) })) : raw;
  const x = createScale(
    extentOf(
      raw.map(({ xs }) => xs),
      logX,
    ),
    { log: logX, padding: plot.kind === 'scatter' ? 0.02 : 0 },
  );
  const y = createScale(
    extentOf(
      raw.map(({ ys }) => ys),
      logY,
    ),
    { log: logY, padding: 0.04 },
  );
  const yTicks = ticksOf(y, { atMost: 6 });
  const left =
    34 +
    labelsWidth(
      yTicks.map(({ label }) => label),
      lettering,
    ) +
    10;
  const names = plot.series.length > 1 ? plot.series.map(({ name }) => name) : [];
  const about = legend(names, left, TOP + 8, WIDTH - left - RIGHT, lettering);
  const box: Box = { left, top: TOP + about.height, width: WIDTH - left - RIGHT, height: PLOT_HEIGHT };
  const drawn = shown.map((each) => pointsOf(each, x, box, plot.kind));
  const xTicks = ticksOf(x, { atMost: 8, whole: raw.every(({ xs }) => areWhole(xs)) });
  const pale =
    shown === raw ? [] : raw.map((each, index) => drawLine(pointsOf(each, x, box, 'line'), index, { x, y, box }, ' stroke-opacity="0.25"'));
  const body = [
    titleText(plot.title, left, WIDTH - left - RIGHT, lettering),
    about.body,
    valueAxis(yTicks, y, box, lettering),
    placeAxis(xTicks, x, box, lettering),
    placeLabel(plot.xLabel, box, lettering),
    valueLabel(plot.yLabel, box, lettering),
    ...pale,
    // The first series lies over the others.
    ...drawn
      .map((each, index) => (plot.kind === 'line' ? drawLine(each, index, { x, y, box }, '') : drawPoints(each, index, { x, y, box })))
      .reverse(),
  ].join('\n');
  const hover = hoverOf(plot, drawn, { x, y, box });
  return { width: WIDTH, height: box.top + PLOT_HEIGHT + BOTTOM, body, hover };
}

interface Plane {
  readonly x: Scale;
  readonly y: Scale;
  readonly box: Box;
}

function pointsOf({ xs, ys }: { xs: ArrayLike<number>; ys: ArrayLike<number> }, x: Scale, box: Box, kind: LinePlot['kind']): Drawn {
  const measured = x.log ? Float64Array.from(xs, (value) => x.measure(value)) : xs;
  if (kind === 'scatter') return { points: distinct(measured, ys, x, box), xs, ys };
  const found = downsample(measured, ys, { from: x.from, to: x.to, columns: Math.round(box.width) });
  const points = Array.from(found.column).flatMap((_, at) => {
    const indices = [found.first[at], found.min[at], found.max[at], found.last[at]] as number[];
    const inOrder = [...new Set(indices)].sort((a, b) => a - b);
    return inOrder.map((index, nth) => ({ index, gap: nth === 0 && (at === 0 || found.gapBefore[at] === 1) }));
  });
  return { points, xs, ys };
}

function distinct(xs: ArrayLike<number>, ys: ArrayLike<number>, x: Scale, box: Box): Drawn['points'] {
  const all = Array.from({ length: ys.length }, (_, index) => index).filter(
    (index) => !Number.isNaN(xs[index]) && !Number.isNaN(ys[index]),
  );
  if (all.length <= MOST_POINTS) return all.map((index) => ({ index, gap: true }));
  const extent = extentOf([ys]) ?? { min: 0, max: 1 };
  const seen = new Map<string, number>();
  for (const index of all) {
    const column = Math.round((((xs[index] as number) - x.from) / (x.to - x.from)) * box.width);
    const row = Math.round((((ys[index] as number) - extent.min) / (extent.max - extent.min || 1)) * box.height);
    const key = `${column} ${row}`;
    if (!seen.has(key)) seen.set(key, index);
  }
  return Array.from(seen.values(), (index) => ({ index, gap: true }));
}

function place({ x, y, box }: Plane, xValue: number, yValue: number): readonly [number, number] {
  const row = Math.min(1, Math.max(0, 1 - y.place(yValue)));
  return [box.left + x.place(xValue) * box.width, box.top + row * box.height];
}

function drawLine({ points, xs, ys }: Drawn, series: number, plane: Plane, attributes: string): string {
  const colour = seriesColour(series);
  let path = '';
  const lonely: string[] = [];
  let isGap = true;
  for (const [at, { index, gap }] of points.entries()) {
    const [left, top] = place(plane, xs[index] as number, ys[index] as number);
    if (Number.isNaN(left) || Number.isNaN(top)) {
      isGap = true;
      continue;
    }
    // What is infinite stands at the edge by itself: a line to there would have no slope that means anything.
    if (!Number.isFinite(ys[index] as number)) {
      lonely.push(triangle(left, top, (ys[index] as number) > 0, colour));
      isGap = true;
      continue;
    }
    const starts = isGap || gap;
    path += `${starts ? 'M' : 'L'}${px(left)} ${px(top)}`;
    const next = points[at + 1];
    if (starts && (next === undefined || next.gap)) lonely.push(`<circle cx="${px(left)}" cy="${px(top)}" r="3" fill="${colour}"/>`);
    isGap = false;
  }
  const line =
    path === ''
      ? ''
      : `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.8" stroke-linejoin="round"${seriesDash(series)}${attributes}/>`;
  return line + lonely.join('');
}

function drawPoints({ points, xs, ys }: Drawn, series: number, plane: Plane): string {
  const colour = seriesColour(series);
  const marks = points.flatMap(({ index }) => {
    const [left, top] = place(plane, xs[index] as number, ys[index] as number);
    if (Number.isNaN(left) || Number.isNaN(top)) return [];
    if (!Number.isFinite(ys[index] as number)) return [triangle(left, top, (ys[index] as number) > 0, colour)];
    return [`<circle cx="${px(left)}" cy="${px(top)}" r="3"/>`];
  });
  return `<g fill="${colour}" fill-opacity="0.7">${marks.join('')}</g>`;
}

/** Infinite: beyond the edge it points at. */
function triangle(x: number, y: number, up: boolean, colour: string): string {
  const [tip, base] = up ? [y - 5, y + 4] : [y + 5, y - 4];
  return `<path d="M${px(x)} ${px(tip)}L${px(x + 5)} ${px(base)}H${px(x - 5)}Z" fill="${colour}"/>`;
}

function hoverOf(plot: LinePlot, drawn: readonly Drawn[], plane: Plane): HoverData {
  const { left, top, width, height } = plane.box;
  const series = plot.series.map(({ name }, index) => {
    const { points, xs, ys } = drawn[index] as Drawn;
    const placed = points
      .map((point) => ({ index: point.index, at: place(plane, xs[point.index] as number, ys[point.index] as number) }))
      .filter(({ at }) => !at.some(Number.isNaN))
      .sort((a, b) => a.at[0] - b.at[0]);
    return {
      name,
      colour: seriesColour(index),
      px: placed.map(({ at }) => Math.round(at[0] * 10) / 10),
      py: placed.map(({ at }) => Math.round(at[1] * 10) / 10),
      x: placed.map((each) => formatNumber(xs[each.index] as number, 8)),
      y: placed.map((each) => formatNumber(ys[each.index] as number, 6)),
    };
  });
  return { box: [left, top, left + width, top + height], series };
}

function areWhole(values: ArrayLike<number>): boolean {
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (Number.isFinite(value) && !Number.isInteger(value)) return false;
  }
  return true;
}
