import { createScale, extentOf, type Scale } from '../../core/plots/scale.ts';
import { ticksOf } from '../../core/plots/ticks.ts';
import { formatNumber } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { padEnd, truncate, widest } from '../format/text-width.ts';
import type { Style } from '../style.ts';
import { placeAxis } from './frame.ts';
import { legendLines } from './legend.ts';
import { markOf, paintOf } from './marks.ts';
import { chartWidth } from './size.ts';
import type { ChartOptions } from './types.ts';

export interface Bar {
  readonly label: string;
  /** One for each name of the chart, in their order; NaN and undefined: no bar. */
  readonly values: readonly (number | undefined)[];
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Horizontal bars, one below the other; with several names a group for each label. Bars start at zero, or at the left where the axis is logarithmic. */
export function barChart(names: readonly string[], bars: readonly Bar[], options: ChartOptions, style: Style): string[] {
  const width = chartWidth(options.width, style);
  const numbers = bars.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const extent = extentOf([numbers]);
  const scale = createScale(extent === undefined ? undefined : { min: Math.min(0, extent.min), max: Math.max(0, extent.max) });
  const labels = labelWidth(bars, width);
  const valueWidth = widest(numbers.map((value) => formatNumber(value)));
  const columns = Math.max(4, width - labels - 2 - valueWidth - 1);
  const axis = placeAxis(ticksOf(scale, { atMost: Math.max(2, Math.floor(columns / 9)) }), scale, columns, labels + 2, style);
  return [
    ...(options.title === undefined ? [] : [style.bold(truncate(printable(options.title), width, style.glyphs.ellipsis))]),
    ...bars.flatMap(({ label, values }) =>
      values.map((value, index) => {
        const name = truncate(printable(index === 0 ? label : ''), labels, style.glyphs.ellipsis);
        const bar =
          value === undefined || Number.isNaN(value) ? ' '.repeat(columns) : barText(value, scale, columns, index, names.length, style);
        return `${padEnd(name, labels)} ${style.dim(style.glyphs.bar)}${bar} ${value === undefined ? '-' : formatNumber(value)}`.trimEnd();
      }),
    ),
    ...axis,
    ...(names.length > 1 ? legendLines(names, width, style) : []),
  ];
}

function labelWidth(bars: readonly Bar[], width: number): number {
  const longest = widest(bars.map(({ label }) => printable(label)));
  return Math.min(Math.max(1, longest), Math.max(6, Math.floor(width / 3)));
}

/** From zero to the value, an eighth of a column exact where the characters allow it. */
function barText(value: number, scale: Scale, columns: number, index: number, names: number, style: Style): string {
  const clamp = (place: number): number => Math.min(1, Math.max(0, place)) * columns;
  const zero = clamp(scale.place(0));
  const end = clamp(scale.place(value));
  const paint = paintOf(index, style);
  if (end < zero || !style.glyphs.unicode || names > 1) {
    const [first, last] = [Math.round(Math.min(zero, end)), Math.round(Math.max(zero, end))];
    const one = names > 1 ? markOf(index, style) : style.glyphs.progressDone;
    return `${' '.repeat(first)}${paint(one.repeat(last - first))}${' '.repeat(columns - last)}`;
  }
  const start = Math.round(zero);
  const eighths = Math.max(0, Math.round((end - start) * 8));
  const bar = '█'.repeat(eighths >> 3) + (EIGHTHS[eighths & 7] as string);
  return `${' '.repeat(start)}${paint(bar)}${' '.repeat(Math.max(0, columns - start - bar.length))}`;
}
