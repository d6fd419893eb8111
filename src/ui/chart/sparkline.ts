import { downsample } from '../../core/metrics/downsample.ts';
import { createScale, extentOf } from '../../core/plots/scale.ts';
import type { Style } from '../style.ts';

const UNICODE_LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_LEVELS = ['_', '.', '-', '=', '*', '^'];

/** A series in one line of at most `width` columns, for tables: the last value of each column; a gap is a space. */
export function sparkline(values: ArrayLike<number>, width: number, style: Style): string {
  if (values.length === 0 || width < 1) return '';
  const levels = style.glyphs.unicode ? UNICODE_LEVELS : ASCII_LEVELS;
  const columns = Math.min(width, values.length);
  const xs = Float64Array.from({ length: values.length }, (_, index) => index);
  const found = downsample(xs, values, { from: 0, to: values.length, columns });
  const scale = createScale(extentOf([values]));
  const cells = Array.from({ length: columns }, () => ' ');
  for (const [at, column] of found.column.entries()) {
    const share = scale.place(values[found.last[at] as number] as number);
    cells[column] = levels[Math.min(levels.length - 1, Math.max(0, Math.floor(share * levels.length)))] as string;
  }
  return cells.join('');
}
