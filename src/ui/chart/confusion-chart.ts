import { formatCount } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { padEnd, padStart, truncate, widest } from '../format/text-width.ts';
import type { Style } from '../style.ts';
import { chartWidth } from './size.ts';
import type { ChartOptions } from './types.ts';

export interface ConfusionMatrix {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** By row, then column. */
  readonly counts: readonly (readonly number[])[];
}

const UNICODE_SHADES = [' ', '░', '▒', '▓', '█'];
const ASCII_SHADES = [' ', '.', ':', 'o', '#'];
const SHADE_WIDTH = 2;
const MIN_NAME = 6;

/**
 * Counts, each beside a shade for its share of the row. Where the names of the columns do not fit they become
 * numbers, explained by the rows; where the counts do not fit either, shades alone stand side by side.
 */
export function confusionChart(matrix: ConfusionMatrix, options: ChartOptions & { readonly normalized: boolean }, style: Style): string[] {
  const width = chartWidth(options.width, style);
  const clip = (text: string, room = width): string => truncate(printable(text), room, style.glyphs.ellipsis);
  const shares = matrix.counts.map(sharesOf);
  const texts = matrix.counts.map((row, at) =>
    row.map((value, column) => (options.normalized ? percent(shares[at]?.[column]) : formatCount(value))),
  );
  const layout = chooseLayout(matrix, Math.max(1, widest(texts.flat())) + SHADE_WIDTH + 1, width);
  const columns = matrix.columns.slice(0, layout.columns);
  const rows = matrix.rows.slice(0, Math.max(layout.columns, matrix.rows.length - matrix.columns.length + layout.columns));
  const isCut = columns.length < matrix.columns.length;
  const predicted = `${options.xLabel ?? 'predicted'} ${style.glyphs.arrow}${layout.kind === 'shades' ? ' (in the order of the rows)' : ''}`;
  return [
    ...(options.title === undefined ? [] : [style.bold(clip(options.title))]),
    style.dim(`${' '.repeat(layout.left + 1)}${clip(predicted, width - layout.left - 1)}`),
    ...(layout.kind === 'shades' ? [] : [style.dim(headLine(columns, layout, clip(options.yLabel ?? 'actual', layout.left), clip))]),
    ...rows.map((name, row) => {
      const label = clip(layout.kind === 'numbers' ? `${row + 1} ${name}` : name, layout.left);
      const cells = columns.map((column, at) => cellText(texts[row]?.[at] ?? '', shares[row]?.[at] ?? 0, name === column, layout, style));
      return `${padEnd(label, layout.left)} ${cells.join(layout.kind === 'shades' ? '' : ' ')}`.trimEnd();
    }),
    ...(isCut ? [style.dim(clip(`the first ${columns.length} of ${matrix.columns.length} classes; -o matrix.html shows all`))] : []),
  ];
}

interface Layout {
  /** What stands above the columns, and whether there are counts. */
  readonly kind: 'names' | 'numbers' | 'shades';
  /** Terminal columns of a cell and of the names of the rows. */
  readonly cell: number;
  readonly left: number;
  /** How many columns of the matrix fit. */
  readonly columns: number;
}

/** `cell`: terminal columns that a count and its shade take. */
function chooseLayout({ rows, columns }: ConfusionMatrix, cell: number, width: number): Layout {
  const count = columns.length;
  const limit = Math.max(MIN_NAME, Math.floor(width / 4));
  const left = Math.max(MIN_NAME, Math.min(limit, nameWidth(rows)));
  const named = Math.max(cell, nameWidth(columns));
  const room = (each: number): number => width - 1 - count * (each + 1) + 1;
  if (room(named) >= left) return { kind: 'names', cell: named, left, columns: count };
  const numbered = Math.max(cell, String(count).length + SHADE_WIDTH + 1);
  if (room(numbered) >= MIN_NAME) {
    const wanted = left + String(rows.length).length + 1;
    return { kind: 'numbers', cell: numbered, left: Math.min(wanted, room(numbered)), columns: count };
  }
  return { kind: 'shades', cell: SHADE_WIDTH, left, columns: Math.min(count, Math.floor((width - left - 1) / SHADE_WIDTH)) };
}

function nameWidth(names: readonly string[]): number {
  return Math.max(1, widest(names.map((name) => printable(name))));
}

/** Names stand above the counts, not above the shades. */
function headLine(
  names: readonly string[],
  { kind, cell, left }: Layout,
  corner: string,
  clip: (text: string, room: number) => string,
): string {
  const heads = names.map((name, index) => {
    const text = kind === 'numbers' ? String(index + 1) : clip(name, cell);
    return padEnd(padStart(text, cell - SHADE_WIDTH - 1), cell);
  });
  return `${padEnd(corner, left)} ${heads.join(' ')}`.trimEnd();
}

function cellText(text: string, share: number, isDiagonal: boolean, { kind, cell }: Layout, style: Style): string {
  const shades = style.glyphs.unicode ? UNICODE_SHADES : ASCII_SHADES;
  const shade = (shades[shadeLevel(share, shades.length)] as string).repeat(SHADE_WIDTH);
  const painted = share > 0 ? (isDiagonal ? style.green : style.red)(shade) : shade;
  return kind === 'shades' ? painted : `${padStart(text, cell - SHADE_WIDTH - 1)} ${painted}`;
}

function sharesOf(row: readonly number[]): readonly number[] {
  const total = row.reduce((sum, value) => sum + value, 0);
  return row.map((value) => (total === 0 ? 0 : value / total));
}

function percent(share = 0): string {
  return `${Math.round(100 * share)}%`;
}

/** Nothing at all only for zero: a rare mistake must be seen. */
function shadeLevel(share: number, levels: number): number {
  return share <= 0 ? 0 : Math.max(1, Math.min(levels - 1, Math.ceil(share * (levels - 1))));
}
