import { checkOptions, describeValue } from '../../core/errors/wrong-argument.ts';
import { CSV_TYPES, guessType, isMissing, type CsvType } from '../../core/formats/csv-cells.ts';
import { columnBuilder, type ColumnBuilder, type CsvColumn } from '../../core/formats/csv-columns.ts';
import { cellPlace, csvSplitter, type CsvRow } from '../../core/formats/csv-rows.ts';
import { csvTable, noColumn, type CsvTable, type CsvTypes } from '../../core/formats/csv-table.ts';
import { dataError } from '../../core/formats/data-error.ts';
import { openSource } from './byte-source.ts';
import { shownPath } from './shown-path.ts';

export interface CsvOptions<Types extends CsvTypes = CsvTypes> {
  /** Types of columns; those of the others are found by reading the file once before. */
  readonly types?: Types;
  /** Only these columns. Default: all. */
  readonly columns?: readonly string[];
  /** Default: a comma; a tab for `.tsv`. */
  readonly delimiter?: string;
  /** Names of the columns where the first row is data already. Default: the first row has them. */
  readonly header?: readonly string[];
  /** Cells without a value. Default: the empty cell; for numbers and booleans also NA, N/A, NaN, null and None, in any case. */
  readonly missing?: readonly string[];
}

export interface CsvBatchOptions<Types extends CsvTypes = CsvTypes> extends CsvOptions<Types> {
  /** Default: 10,000. */
  readonly batchRows?: number;
}

/**
 * Reads a CSV file (RFC 4180, UTF-8, with LF or CRLF; gzip or not) into typed arrays. Throws MLO_DATA with line and column where a row has
 * more or fewer cells than the header, a quote is not closed, or a cell is not of its column's type.
 */
export async function readCsv<const Types extends CsvTypes = Record<never, never>>(
  path: string,
  options: CsvOptions<Types> = {},
): Promise<CsvTable<Types>> {
  checkOptions('readCsv', options, CSV_EXAMPLE);
  for await (const table of readCsvBatches(path, { ...options, batchRows: Number.MAX_SAFE_INTEGER })) return table;
  throw new Error('a CSV file has one batch at least');
}

/** The same in tables of `batchRows` rows, for files that are larger than the memory; the last one may have fewer, and be the only one. */
export async function* readCsvBatches<const Types extends CsvTypes = Record<never, never>>(
  path: string,
  options: CsvBatchOptions<Types> = {},
): AsyncGenerator<CsvTable<Types>, void> {
  const shown = shownPath(path);
  checkCsvOptions(shown, options);
  const { batchRows = 10_000 } = options;
  if (!Number.isSafeInteger(batchRows) || batchRows < 1)
    throw dataError(shown, 'batchRows', { expected: 'a whole number from 1', found: describeValue(batchRows) });
  const layout = await findLayout(path, options);
  let rows = 0;
  let batches = 0;
  const take = (): CsvTable<Types> => {
    const columns: { [name: string]: CsvColumn } = Object.create(null);
    for (const { name, builder } of layout.columns) columns[name] = builder.take();
    const names = layout.columns.map(({ name }) => name);
    const table = csvTable<Types>(shown, names, rows, columns);
    rows = 0;
    batches += 1;
    return table;
  };
  for await (const row of dataRows(path, options)) {
    for (const { name, index, builder } of layout.columns) {
      const cell = row.cells[index] as string;
      const expected = builder.add(cell);
      if (expected !== undefined) throw wrongCell(shown, { row, index, name, cell, expected, delimiter: delimiterOf(path, options) });
    }
    rows += 1;
    if (rows === batchRows) yield take();
  }
  if (rows > 0 || batches === 0) yield take();
}

const CSV_EXAMPLE = "{ types: { age: 'int32' } }";

function checkCsvOptions(shown: string, options: CsvOptions): void {
  checkOptions('readCsv', options, CSV_EXAMPLE);
  const { types, delimiter } = options;
  if (types !== undefined) checkOptions('readCsv: types', types, "{ age: 'int32' }");
  for (const [name, type] of Object.entries(types ?? {})) {
    if (!CSV_TYPES.includes(type))
      throw dataError(shown, `the type of column '${name}'`, { expected: CSV_TYPES.join(', '), found: describeValue(type) });
  }
  if (delimiter !== undefined && typeof delimiter !== 'string')
    throw dataError(shown, 'delimiter', { expected: 'a text of one character', found: describeValue(delimiter) });
  for (const key of ['columns', 'header', 'missing'] as const) {
    const texts: unknown = options[key];
    if (texts === undefined || (Array.isArray(texts) && texts.every((text) => typeof text === 'string'))) continue;
    throw dataError(shown, key, { expected: 'a list of texts', found: describeValue(texts) });
  }
}

interface Layout {
  readonly columns: readonly { readonly name: string; readonly index: number; readonly builder: ColumnBuilder }[];
}

/** Names and types; reads the file where a type, or the words of a category, are not known. */
async function findLayout(path: string, options: CsvOptions): Promise<Layout> {
  const { types = {} } = options;
  const shown = shownPath(path);
  const words = options.missing === undefined ? undefined : new Set(options.missing);
  const names = await namesOf(path, options);
  const chosen = options.columns ?? names;
  const places = new Map(names.map((name, index) => [name, index]));
  for (const name of [...chosen, ...Object.keys(types)]) if (!places.has(name)) throw noColumn(shown, name, names);
  const columns = chosen.map((name) => ({
    name,
    index: places.get(name) as number,
    guess: guessType(words),
    given: Object.hasOwn(types, name) ? types[name] : undefined,
    seen: new Set<string>(),
  }));
  const unknown = columns.filter(({ given }) => given === undefined || given === 'category');
  if (unknown.length > 0) {
    for await (const { cells } of dataRows(path, options)) {
      for (const { index, guess, given, seen } of unknown) {
        const cell = cells[index] as string;
        if (given === undefined) guess.see(cell);
        else if (!isMissing(cell, given, words)) seen.add(cell);
      }
    }
  }
  return {
    columns: columns.map(({ name, index, guess, given, seen }) => {
      const type: CsvType = given ?? guess.type();
      return { name, index, builder: columnBuilder(type, { words, categories: [...seen].sort() }) };
    }),
  };
}

async function namesOf(path: string, options: CsvOptions): Promise<readonly string[]> {
  const shown = shownPath(path);
  const names = options.header ?? (await firstRow(path, options)).cells.map((name) => name.trim());
  const twice = firstTwice(names);
  if (twice !== undefined)
    throw dataError(shown, `two columns are called '${twice}'`, { line: 1, hint: 'Name them yourself: { header: [...] }' });
  return names;
}

function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}

async function firstRow(path: string, options: CsvOptions): Promise<CsvRow> {
  for await (const row of allRows(path, options)) return row;
  throw dataError(shownPath(path), 'the file is empty', { expected: 'a row with the names of the columns' });
}

/** Without the header; each has as many cells as there are names. */
async function* dataRows(path: string, options: CsvOptions): AsyncGenerator<CsvRow> {
  let width = options.header?.length;
  for await (const row of allRows(path, options)) {
    if (width === undefined) {
      width = row.cells.length;
      continue;
    }
    if (row.cells.length !== width) {
      const column =
        row.cells.length > width ? cellPlace(row, width, delimiterOf(path, options)) : { line: row.line, column: row.text.length + 1 };
      throw dataError(shownPath(path), 'a row of another length', {
        expected: `${width} cells`,
        found: String(row.cells.length),
        ...column,
      });
    }
    yield row;
  }
}

async function* allRows(path: string, options: CsvOptions): AsyncGenerator<CsvRow> {
  const shown = shownPath(path);
  const delimiter = delimiterOf(path, options);
  if (delimiter.length !== 1 || '"\r\n'.includes(delimiter)) {
    throw dataError(shown, 'delimiter', {
      expected: 'one character that is no quote and no end of line',
      found: JSON.stringify(delimiter),
    });
  }
  const splitter = csvSplitter({ delimiter, unclosed: (line) => dataError(shown, 'a quoted cell has no closing quote', { line }) });
  await using source = openSource(path);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (bytes: Uint8Array | undefined): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (error) {
      throw dataError(shown, 'the text is not UTF-8', { cause: error, hint: `iconv -f LATIN1 -t UTF-8 ${shown}` });
    }
  };
  for (let bytes = await source.next(); bytes !== undefined; bytes = await source.next()) yield* splitter.push(decode(bytes));
  yield* splitter.push(decode(undefined));
  yield* splitter.end();
}

function delimiterOf(path: string, { delimiter }: CsvOptions): string {
  return delimiter ?? (/\.tsv(\.gz)?$/i.test(path) ? '\t' : ',');
}

interface WrongCell {
  readonly row: CsvRow;
  readonly index: number;
  readonly name: string;
  readonly cell: string;
  readonly expected: string;
  readonly delimiter: string;
}

function wrongCell(shown: string, { row, index, name, cell, expected, delimiter }: WrongCell): Error {
  const found = `'${cell.length > 40 ? `${cell.slice(0, 40)}…` : cell}'`;
  return dataError(shown, `column '${name}'`, { expected, found, ...cellPlace(row, index, delimiter) });
}
