import type { Problem } from '../errors/mlo-error.ts';
import { csvRows } from '../formats/csv-rows.ts';
import { place, plotError, type PlotTable } from './table.ts';

/**
 * RFC 4180 with any end of line; empty lines are left out. All rows have as many cells as the first.
 * Throws MLO_PLOT with the line.
 */
export function parseCsv(file: string, text: string, options: { readonly delimiter: string; readonly header: boolean }): PlotTable {
  const { delimiter, header } = options;
  const rows = [...csvRows(text, { delimiter, unclosed: (line) => unclosedQuote(file, line) })];
  const [first] = rows;
  if (first === undefined) throw plotError(`'${file}' is empty: expected rows of cells`, { file, hint: 'mlo repro writes it anew' });
  const names = header ? first.cells.map((name) => name.trim()) : first.cells.map((_, index) => String(index));
  const data = header ? rows.slice(1) : rows;
  if (data.length === 0)
    throw plotError(`'${file}' has a header, but no rows of data`, { file, hint: 'If its first row is data: header: false' });
  for (const { cells, line } of data) {
    if (cells.length === names.length) continue;
    const problem: Problem = { file, line, message: `expected ${names.length} cells, found ${cells.length}` };
    throw plotError(`${place(problem)}: ${problem.message}`, { file, problem, hint: `Columns: ${names.join(', ')}` });
  }
  return {
    file,
    names,
    rows: data.length,
    cells(name) {
      const column = names.indexOf(name);
      return column === -1 ? undefined : data.map(({ cells }) => cells[column]);
    },
    problemAt: (row, _name, message) => ({ file, line: data[row]?.line ?? 1, message }),
  };
}

function unclosedQuote(file: string, line: number): Error {
  const problem: Problem = { file, line, message: 'a quoted cell has no closing quote' };
  return plotError(`${place(problem)}: ${problem.message}`, { file, problem });
}
