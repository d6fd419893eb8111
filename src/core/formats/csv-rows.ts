export interface CsvRow {
  readonly cells: readonly string[];
  /** Of the first character, from 1. */
  readonly line: number;
  /** As it stands in the file, without its end of line. */
  readonly text: string;
}

export interface CsvRowOptions {
  readonly delimiter: string;
  /** What an opening quote at that line, which nothing closes, throws. */
  readonly unclosed: (line: number) => Error;
}

export interface CsvSplitter {
  /** The rows that end in what was given until now. */
  push(text: string): Generator<CsvRow>;
  /** The last row, where no end of line follows it. */
  end(): Generator<CsvRow>;
}

/** A row of a table is never that long; a quote that is not closed makes one of all that follows. Characters. */
const LONGEST_ROW = 16 * 1024 * 1024;

/** RFC 4180 with LF or CRLF, piece by piece; empty lines and a byte order mark are left out. */
export function csvSplitter({ delimiter, unclosed }: CsvRowOptions): CsvSplitter {
  let rest = '';
  let line = 1;
  let begun = false;

  function* rows(text: string, final: boolean): Generator<CsvRow> {
    let at = 0;
    while (at < text.length) {
      const found = rowAt(text, at, delimiter);
      if (!found.ended && !final) break;
      if (!found.closed) throw unclosed(line);
      if (found.text !== '' && (found.cells.length > 1 || found.text.trim() !== '')) yield { cells: found.cells, line, text: found.text };
      at = found.next;
      line += found.lines;
    }
    rest = text.slice(at);
    if (rest.length > LONGEST_ROW) throw unclosed(line);
  }

  return {
    *push(text) {
      const more = !begun && text.startsWith('\u{FEFF}') ? text.slice(1) : text;
      begun ||= text !== '';
      yield* rows(rest + more, false);
    },
    *end() {
      yield* rows(rest, true);
    },
  };
}

/** Of a whole text. */
export function* csvRows(text: string, options: CsvRowOptions): Generator<CsvRow> {
  const splitter = csvSplitter(options);
  yield* splitter.push(text);
  yield* splitter.end();
}

/** Where a cell of a row begins, for messages: line and column from 1. */
export function cellPlace({ text, line }: CsvRow, index: number, delimiter: string): { readonly line: number; readonly column: number } {
  let at = 0;
  for (let skipped = 0; skipped < index; skipped += 1) at = cellAt(text, at, delimiter).next + 1;
  const before = text.slice(0, at).split('\n');
  return { line: line + before.length - 1, column: (before.at(-1) ?? '').length + 1 };
}

interface FoundRow {
  readonly cells: readonly string[];
  readonly text: string;
  /** Where the next row begins. */
  readonly next: number;
  readonly lines: number;
  /** An end of line was there. */
  readonly ended: boolean;
  readonly closed: boolean;
}

function rowAt(text: string, at: number, delimiter: string): FoundRow {
  const newline = text.indexOf('\n', at);
  const end = newline === -1 ? text.length : newline;
  const raw = withoutReturn(text.slice(at, end));
  if (!raw.includes('"')) return { cells: raw.split(delimiter), text: raw, next: end + 1, lines: 1, ended: newline !== -1, closed: true };
  return quotedRow(text, at, delimiter);
}

/** A row with quoted cells, which may hold delimiters, quotes (doubled) and ends of lines. */
function quotedRow(text: string, start: number, delimiter: string): FoundRow {
  const cells: string[] = [];
  for (let at = start; ;) {
    const { cell, next, closed } = cellAt(text, at, delimiter);
    const last = text[next] !== delimiter;
    cells.push(last ? withoutReturn(cell) : cell);
    at = next + 1;
    if (!last) continue;
    const raw = text.slice(start, next);
    return { cells, text: withoutReturn(raw), next: at, lines: raw.split('\n').length, ended: next < text.length, closed };
  }
}

/** The cell that begins there, and where its delimiter or end of line is. */
function cellAt(
  text: string,
  start: number,
  delimiter: string,
): { readonly cell: string; readonly next: number; readonly closed: boolean } {
  let at = start;
  let cell = '';
  if (text[at] === '"') {
    for (at += 1; ;) {
      const quote = text.indexOf('"', at);
      if (quote === -1) return { cell, next: text.length, closed: false };
      cell += text.slice(at, quote);
      at = quote + 1;
      if (text[at] !== '"') break;
      cell += '"';
      at += 1;
    }
  }
  const next = endOfCell(text, at, delimiter);
  return { cell: cell + text.slice(at, next), next, closed: true };
}

function endOfCell(text: string, from: number, delimiter: string): number {
  for (let at = from; at < text.length; at += 1) if (text[at] === delimiter || text[at] === '\n') return at;
  return text.length;
}

function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text;
}
