import { MloError, type Problem } from '../errors/mlo-error.ts';
import { nearest } from '../text/nearest.ts';
import type { Value } from '../value.ts';

/** Rows of a data file, column by column. */
export interface PlotTable {
  readonly file: string;
  /** In order of the file. */
  readonly names: readonly string[];
  readonly rows: number;
  /** Cells of a column; undefined where a row lacks it. */
  cells(name: string): readonly (Value | undefined)[] | undefined;
  /** Where a cell stands, for messages. */
  problemAt(row: number, name: string, message: string): Problem;
}

/** Words for numbers that Python, R and JavaScript write. */
const SPECIAL: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['na', Number.NaN],
  ['null', Number.NaN],
  ['none', Number.NaN],
  ['inf', Infinity],
  ['+inf', Infinity],
  ['-inf', -Infinity],
  ['infinity', Infinity],
  ['+infinity', Infinity],
  ['-infinity', -Infinity],
]);

/** Cells of a column that must be there. Throws MLO_PLOT. */
export function columnOf(table: PlotTable, name: string): readonly (Value | undefined)[] {
  const cells = table.cells(name);
  if (cells !== undefined) return cells;
  const meant = nearest(name, table.names);
  throw plotError(`'${table.file}' has no column '${name}'`, {
    file: table.file,
    hint: `${meant === undefined ? '' : `Did you mean '${meant}'? `}Columns: ${list(table.names)}`,
  });
}

/** The same as numbers; what is empty, null or NaN is a gap. Throws MLO_PLOT at the first cell that is something else. */
export function numbersOf(table: PlotTable, name: string): readonly number[] {
  return columnOf(table, name).map((cell, row) => {
    const number = numberOf(cell);
    if (number !== undefined) return number;
    const found = typeof cell === 'string' ? `'${cell.length > 40 ? `${cell.slice(0, 40)}…` : cell}'` : describe(cell);
    const problem = table.problemAt(row, name, `column '${name}': expected a number, found ${found}`);
    throw plotError(`${place(problem)}: ${problem.message}`, {
      problem,
      file: table.file,
      hint: 'Name another column with -y or -x; columns of words can be drawn with --template bar_horizontal or confusion',
    });
  });
}

/** Undefined where it is no number. */
export function numberOf(cell: Value | undefined): number | undefined {
  if (cell === undefined || cell === null) return Number.NaN;
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell === 'boolean') return Number(cell);
  if (typeof cell !== 'string') return undefined;
  const text = cell.trim();
  if (text === '') return Number.NaN;
  const number = Number(text);
  if (!Number.isNaN(number)) return number;
  return SPECIAL.get(text.toLowerCase());
}

export function wordsOf(table: PlotTable, name: string): readonly string[] {
  return columnOf(table, name).map((cell) =>
    cell === undefined || cell === null ? '' : typeof cell === 'object' ? JSON.stringify(cell) : String(cell),
  );
}

export function plotError(message: string, about: { readonly file: string; readonly problem?: Problem; readonly hint?: string }): MloError {
  return new MloError('MLO_PLOT', message, {
    details: { file: about.file },
    ...(about.problem === undefined ? {} : { problems: [about.problem] }),
    ...(about.hint === undefined ? {} : { hint: about.hint }),
  });
}

export function place({ file, line }: Problem): string {
  return line === undefined ? `${file}` : `${file}:${line}`;
}

function describe(cell: Value | undefined): string {
  return Array.isArray(cell) ? 'a list' : 'a map';
}

function list(names: readonly string[]): string {
  return names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`;
}
