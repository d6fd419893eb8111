import type { Scale } from '../../core/plots/scale.ts';
import type { Tick } from '../../core/plots/ticks.ts';
import { padStart, textWidth } from '../format/text-width.ts';
import type { Style } from '../style.ts';

interface FrameLines {
  readonly vertical: string;
  readonly tickLeft: string;
  readonly corner: string;
  readonly horizontal: string;
  readonly tickBelow: string;
}

const UNICODE_FRAME: FrameLines = { vertical: '│', tickLeft: '┤', corner: '└', horizontal: '─', tickBelow: '┬' };
const ASCII_FRAME: FrameLines = { vertical: '|', tickLeft: '+', corner: '+', horizontal: '-', tickBelow: '+' };

/** Left of each row of the plot: the label of the tick that stands there, and the axis. `rows` and the result go from the top down. */
export function valueAxis(
  ticks: readonly Tick[],
  scale: Scale,
  rows: number,
  style: Style,
): { readonly width: number; readonly lines: readonly string[] } {
  const lines = style.glyphs.unicode ? UNICODE_FRAME : ASCII_FRAME;
  const width = Math.max(0, ...ticks.map(({ label }) => label.length));
  const labels = new Map<number, string>();
  for (const { value, label } of ticks) {
    const row = Math.round((1 - scale.place(value)) * (rows - 1));
    if (row >= 0 && row < rows && !labels.has(row)) labels.set(row, label);
  }
  return {
    width: width + 2,
    lines: Array.from({ length: rows }, (_, row) => {
      const label = labels.get(row);
      return style.dim(`${padStart(label ?? '', width)} ${label === undefined ? lines.vertical : lines.tickLeft}`);
    }),
  };
}

/** Below the plot: the axis, and labels under its ticks as far as they do not touch each other. */
export function placeAxis(ticks: readonly Tick[], scale: Scale, columns: number, indent: number, style: Style): readonly string[] {
  const lines = style.glyphs.unicode ? UNICODE_FRAME : ASCII_FRAME;
  const axis = Array.from({ length: columns }, () => lines.horizontal);
  let labels = '';
  for (const { value, label } of ticks) {
    const column = Math.min(columns - 1, Math.floor(scale.place(value) * columns));
    if (column < 0) continue;
    // The first and last ones may stand beside their tick, but inside the chart.
    const start = Math.min(Math.max(column - Math.floor(label.length / 2), -1), columns - label.length) + indent;
    if (labels !== '' && start < labels.length + 2) continue;
    axis[column] = lines.tickBelow;
    labels = labels.padEnd(start) + label;
  }
  return [style.dim(' '.repeat(indent - 1) + lines.corner + axis.join('')), style.dim(labels)];
}

/** A text in the middle of so many columns behind an indent. */
export function centred(text: string, columns: number, indent: number): string {
  return ' '.repeat(indent + Math.max(0, Math.floor((columns - textWidth(text)) / 2))) + text;
}
