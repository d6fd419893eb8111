import { describe, expect, it } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { imageTypeOf, parseTable } from '../../../src/core/plots/parse-table.ts';
import { numbersOf, wordsOf, type PlotTable } from '../../../src/core/plots/table.ts';

async function read(path: string, text: string, wanted: readonly string[] = [], header = true): Promise<PlotTable> {
  return await parseTable(path, text, { header, wanted });
}

async function failure(work: () => Promise<unknown>): Promise<{ message: string; hint?: string; line?: number | undefined }> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    const { message, hint, problems } = error;
    expect(error.code).toBe('MLO_PLOT');
    return { message, ...(hint === undefined ? {} : { hint }), line: problems[0]?.line };
  }
  throw new Error('nothing was thrown');
}

describe('tables of CSV', () => {
  it('have a column for each name of the first row', async () => {
    const table = await read('h.csv', 'step,loss\r\n1,0.5\r\n2,\r\n\r\n3,1e-3\r\n');
    expect(table.names).toEqual(['step', 'loss']);
    expect(numbersOf(table, 'step')).toEqual([1, 2, 3]);
    expect(numbersOf(table, 'loss')).toEqual([0.5, Number.NaN, 0.001]);
  });

  it('know quotes, delimiters inside them, tabs, and a byte order mark', async () => {
    const table = await read('h.csv', '\u{FEFF}name,n\n"a, ""b""\nc",1\nplain,2\n');
    expect(wordsOf(table, 'name')).toEqual(['a, "b"\nc', 'plain']);
    expect(table.problemAt(1, 'n', '').line).toBe(4);
    expect((await read('h.tsv', 'a\tb\n1,5\t2\n')).names).toEqual(['a', 'b']);
  });

  it('number their columns where there is no header', async () => {
    const table = await read('h.csv', '1,2\n3,4\n', [], false);
    expect(table.names).toEqual(['0', '1']);
    expect(numbersOf(table, '1')).toEqual([2, 4]);
  });

  it('take the words that languages write for what is no number', async () => {
    const table = await read('h.csv', 'x\nnan\nNA\nNone\ninf\n-Infinity\n+Inf\n 7 \n');
    expect(numbersOf(table, 'x')).toEqual([Number.NaN, Number.NaN, Number.NaN, Infinity, -Infinity, Infinity, 7]);
  });

  it.each([
    ['', "'h.csv' is empty: expected rows of cells", undefined],
    ['a,b\n', "'h.csv' has a header, but no rows of data", undefined],
    ['a,b\n1,2\n3\n', 'h.csv:3: expected 2 cells, found 1', 3],
    ['a,b\n"x,2\n', 'h.csv:2: a quoted cell has no closing quote', 2],
  ])('%j is told as what it is', async (text, message, line) => {
    expect(await failure(() => read('h.csv', text))).toMatchObject({ message, line });
  });

  it('name the cell that is no number, and the column that was meant', async () => {
    const table = await read('h.csv', 'step,loss\n1,0.5\n2,high\n');
    expect(await failure(async () => numbersOf(table, 'loss'))).toMatchObject({
      message: "h.csv:3: column 'loss': expected a number, found 'high'",
      line: 3,
    });
    expect(await failure(async () => numbersOf(table, 'los'))).toMatchObject({
      message: "'h.csv' has no column 'los'",
      hint: "Did you mean 'loss'? Columns: step, loss",
    });
  });
});

describe('tables of JSON and YAML', () => {
  it('are a list of maps at any depth, the first one level by level', async () => {
    const table = await read('roc.json', '{"deep": {"list": [{"z": 1}]}, "roc": [{"fpr": 0, "tpr": 0.1}, {"fpr": 1, "tpr": 1}]}');
    expect(table.names).toEqual(['fpr', 'tpr']);
    expect(numbersOf(table, 'tpr')).toEqual([0.1, 1]);
  });

  it('are the first list that has the columns which are asked for', async () => {
    const text = '{"train": [{"loss": 1}], "test": [{"accuracy": 2}]}';
    expect(numbersOf(await read('m.json', text, ['accuracy']), 'accuracy')).toEqual([2]);
  });

  it('may be a map of lists, maps within a row, and Python NaN', async () => {
    const columns = await read('h.json', '{"step": [1, 2], "loss": [0.5, NaN]}');
    expect(numbersOf(columns, 'loss')).toEqual([0.5, Number.NaN]);
    const nested = await read('h.yaml', '- step: 1\n  scores: {f1: 0.5}\n- step: 2\n  scores: {f1: .inf}\n');
    expect(nested.names).toEqual(['step', 'scores.f1']);
    expect(numbersOf(nested, 'scores.f1')).toEqual([0.5, Infinity]);
  });

  it('leave a gap where a row lacks a column', async () => {
    expect(numbersOf(await read('h.json', '[{"a": 1}, {"b": 2}]'), 'b')).toEqual([Number.NaN, 2]);
  });

  it('name the line of a cell that is no number', async () => {
    const table = await read('h.json', '{"points": [\n  {"a": 1},\n  {"a": [2]}\n]}');
    expect(await failure(async () => numbersOf(table, 'a'))).toMatchObject({
      message: "h.json:3: column 'a': expected a number, found a list",
      line: 3,
    });
    const columns = await read('h.json', '{"a": [1,\n"x"]}');
    expect(await failure(async () => numbersOf(columns, 'a'))).toMatchObject({ line: 2 });
  });

  it.each([
    ['h.json', '', "'h.json' is empty: expected a list of points"],
    ['h.json', '{"a": 1}', "'h.json' holds no list of points: expected [{step: 1, loss: 0.5}, …], at any depth"],
    ['h.json', '[{"a": }]', 'h.json:1: '],
    ['h.yaml', 'a: [', 'h.yaml:1: '],
    ['h.bin', 'x', "'h.bin' is no file of a kind that can be drawn: expected CSV, TSV, JSON, YAML or a picture"],
  ])('%s with %j is told as what it is', async (path, text, message) => {
    expect((await failure(() => read(path, text))).message).toContain(message);
  });
});

it('pictures are known by their names', () => {
  expect(imageTypeOf('a/b.PNG')).toBe('image/png');
  expect(imageTypeOf('a.svg')).toBe('image/svg+xml');
  expect(imageTypeOf('png')).toBeUndefined();
  expect(imageTypeOf('a.constructor')).toBeUndefined();
});
