import type { Paint, Style } from '../style.ts';
import { textWidth, truncate } from './text-width.ts';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly paint?: (row: Row) => Paint;
  readonly align?: 'left' | 'right';
  /** May be cut down to this many columns where the terminal is narrow; absent = never cut before the others. */
  readonly min?: number;
  /** Never wider than this, also where there is room. */
  readonly max?: number;
  /** There also where no row has a text: somebody asked for it. */
  readonly always?: boolean;
  /** Left out when nothing else helps, highest first. */
  readonly drop?: number;
}

const GAP = 2;
/** What one value may take of a line, also where lines may be of any length: the whole of it is in --json. */
export const VALUE_WIDTH = 60;

/** Rows under their titles, never wider than the style allows; columns without any text are left out unless they are to be there always. Colours are applied after cutting and padding. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[], style: Style, indent = ''): string[] {
  const available = style.width - textWidth(indent);
  const { shown, widths } = fit(filledOf(columns, rows), rows, available);
  const head = shown.map((column, index) => cell(column, column.title, widths[index] ?? 0, style, style.dim));
  const lines = [
    head,
    ...rows.map((row) => shown.map((column, index) => cell(column, column.text(row), widths[index] ?? 0, style, column.paint?.(row)))),
  ];
  return lines.map((cells) => (indent + cells.join(' '.repeat(GAP))).trimEnd());
}

/** Titles of columns that have no place in the width of the style. */
export function leftOut<Row>(columns: readonly Column<Row>[], rows: readonly Row[], style: Style): readonly string[] {
  const { shown } = fit(filledOf(columns, rows), rows, style.width);
  return filledOf(columns, rows).flatMap((column) => (shown.includes(column) ? [] : [column.title]));
}

function filledOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly Column<Row>[] {
  return columns.filter((column) => column.always === true || rows.length === 0 || rows.some((row) => column.text(row) !== ''));
}

function cell<Row>(column: Column<Row>, text: string, width: number, style: Style, paint: Paint | undefined): string {
  const cut = truncate(text, width, style.glyphs.ellipsis);
  const spaces = ' '.repeat(Math.max(0, width - textWidth(cut)));
  const painted = paint === undefined || cut === '' ? cut : paint(cut);
  return column.align === 'right' ? spaces + painted : painted + spaces;
}

function fit<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  available: number,
): { shown: readonly Column<Row>[]; widths: number[] } {
  const widths = columns.map((column) => {
    const widest = rows.reduce((most, row) => Math.max(most, textWidth(column.text(row))), textWidth(column.title));
    return Math.min(widest, column.max ?? widest);
  });
  const excess = totalWidth(widths) - available;
  if (excess <= 0) return { shown: columns, widths };
  const shrunk = shrink(columns, widths, excess);
  if (totalWidth(shrunk) <= available) return { shown: columns, widths: shrunk };
  const droppable = columns.filter((column) => column.drop !== undefined).sort((a, b) => (b.drop ?? 0) - (a.drop ?? 0))[0];
  if (droppable !== undefined) {
    return fit(
      columns.filter((column) => column !== droppable),
      rows,
      available,
    );
  }
  return { shown: columns, widths: squeeze(shrunk, available) };
}

/** Takes the excess from the widest shrinkable columns first. */
function shrink<Row>(columns: readonly Column<Row>[], widths: readonly number[], excess: number): number[] {
  const result = [...widths];
  for (let left = excess; left > 0; left -= 1) {
    const spare = result.map((width, index) => width - (columns[index]?.min ?? width));
    const candidates = spare.flatMap((amount, index) => (amount > 0 ? [index] : []));
    if (candidates.length === 0) break;
    const widest = candidates.reduce((best, index) => ((result[index] ?? 0) > (result[best] ?? 0) ? index : best));
    result[widest] = (result[widest] ?? 0) - 1;
  }
  return result;
}

function squeeze(widths: readonly number[], available: number): number[] {
  let left = available;
  return widths.map((width) => {
    const given = Math.max(0, Math.min(width, left));
    left -= given + GAP;
    return given;
  });
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1);
}
