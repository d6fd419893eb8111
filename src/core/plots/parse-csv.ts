import type { Problem } from '../errors/mlo-error.ts';
import { place, plotError, type PlotTable } from './table.ts';

interface CsvRow {
  readonly cells: readonly string[];
  /** From 1. */
  readonly line: number;
}

/**
 * RFC 4180 with any end of line; empty lines are left out. All rows have as many cells as the first.
 * Throws MLO_PLOT with the line.
 */
export function parseCsv(file: string, text: string, options: { readonly delimiter: string; readonly header: boolean }): PlotTable {
  const { delimiter, header } = options;
  const rows: CsvRow[] = [];
  for (const row of csvRows(file, text, delimiter)) rows.push(row);
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

function* csvRows(file: string, text: string, delimiter: string): Generator<CsvRow> {
  let line = 1;
  for (let at = text.startsWith('\u{FEFF}') ? 1 : 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const raw = text.slice(at, text[end - 1] === '\r' && end > at ? end - 1 : end);
    if (!raw.includes('"')) {
      if (raw.trim() !== '') yield { cells: raw.split(delimiter), line };
      at = end + 1;
      line += 1;
      continue;
    }
    const quoted = quotedRow(file, text, at, delimiter, line);
    yield { cells: quoted.cells, line };
    at = quoted.end;
    line += quoted.lines;
  }
}

/** A row with quoted cells, which may hold delimiters, quotes (doubled) and ends of lines. */
function quotedRow(
  file: string,
  text: string,
  start: number,
  delimiter: string,
  line: number,
): { cells: string[]; end: number; lines: number } {
  const cells: string[] = [];
  let lines = 1;
  for (let at = start; ;) {
    let cell = '';
    if (text[at] === '"') {
      for (at += 1; ;) {
        const quote = text.indexOf('"', at);
        if (quote === -1) {
          const problem: Problem = { file, line, message: 'a quoted cell has no closing quote' };
          throw plotError(`${place(problem)}: ${problem.message}`, { file, problem });
        }
        cell += text.slice(at, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        cell += '"';
        at += 1;
      }
      lines += cell.split('\n').length - 1;
    }
    const next = endOfCell(text, at, delimiter);
    cells.push((cell + text.slice(at, next)).replace(/\r$/, ''));
    if (text[next] !== delimiter) return { cells, end: next + 1, lines };
    at = next + 1;
  }
}

function endOfCell(text: string, from: number, delimiter: string): number {
  for (let at = from; at < text.length; at += 1) if (text[at] === delimiter || text[at] === '\n') return at;
  return text.length;
}
