import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCsv, readCsvBatches, type CsvOptions } from '../../../src/data.ts';
import { csvSplitter } from '../../../src/core/formats/csv-rows.ts';
import { REPOSITORY, temporaryFolder } from '../../helpers/index.ts';
import { fc } from '../../helpers/properties.ts';

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
});

function file(text: string | Uint8Array, name = 'a.csv'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('a CSV file', () => {
  it('becomes typed arrays by what its cells are', async () => {
    const table = await readCsv(file('x,word,yes,none\n1,a,true,\n-2.5e3,"b,""c""",False,\n,,TRUE,\n'));
    expect(table.names).toEqual(['x', 'word', 'yes', 'none']);
    expect(table.rows).toBe(3);
    expect(table.columns['x']).toEqual({ type: 'number', data: Float64Array.of(1, -2500, Number.NaN), missing: 1 });
    expect(table.columns['word']).toEqual({ type: 'string', data: ['a', 'b,"c"', null], missing: 1 });
    expect(table.columns['yes']).toEqual({ type: 'boolean', data: Uint8Array.of(1, 0, 1), missing: 0 });
    expect(table.columns['none']).toMatchObject({ type: 'number', missing: 3 });
  });

  it('is the same with CRLF, a byte order mark, empty lines, no last end of line, and packed', async () => {
    const plain = await readCsv(file('a,b\n1,"x\ny"\n2,z\n'));
    for (const bytes of ['\u{FEFF}a,b\r\n1,"x\ny"\r\n\r\n2,z', gzipSync('a,b\n1,"x\ny"\n2,z')]) {
      const { matrix: _, ...same } = await readCsv(file(bytes));
      expect(same).toEqual({ names: plain.names, rows: 2, columns: plain.columns });
    }
  });

  it('has the types that are declared', async () => {
    const path = file('f,i,u,b,s,c\n1.5,-7,255,yes,1,red\n2.5,8,0,0,2,blue\nNA,9,1,F,,red\n');
    const { columns } = await readCsv(path, { types: { f: 'float32', i: 'int32', u: 'uint8', b: 'boolean', s: 'string', c: 'category' } });
    expect(columns.f).toEqual({ type: 'float32', data: Float32Array.of(1.5, 2.5, Number.NaN), missing: 1 });
    expect(columns.i.data).toEqual(Int32Array.of(-7, 8, 9));
    expect(columns.u.data).toEqual(Uint8Array.of(255, 0, 1));
    expect(columns.b.data).toEqual(Uint8Array.of(1, 0, 0));
    expect(columns.s.data).toEqual(['1', '2', null]);
    expect(columns.c).toEqual({ type: 'category', data: Int32Array.of(1, 0, 1), missing: 0, categories: ['blue', 'red'] });
  });

  it('may have no header, another delimiter, other words for what is missing, and columns that nobody wants', async () => {
    expect((await readCsv(file('1\t2\n-\t3\n', 'a.tsv'), { header: ['a', 'b'], missing: ['-'] })).columns).toEqual({
      a: { type: 'number', data: Float64Array.of(1, Number.NaN), missing: 1 },
      b: { type: 'number', data: Float64Array.of(2, 3), missing: 0 },
    });
    expect((await readCsv(file('a;b\n1;2\n'), { delimiter: ';', columns: ['b'] })).names).toEqual(['b']);
  });

  it('has the empty cell as a category where other words are what is missing, as columns of texts have it', async () => {
    const { columns } = await readCsv(file('k,s\na,a\n"",""\n?,?\n'), { types: { k: 'category', s: 'string' }, missing: ['?'] });
    expect(columns.k).toEqual({ type: 'category', data: Int32Array.of(1, 0, -1), missing: 1, categories: ['', 'a'] });
    expect(columns.s.data).toEqual(['a', '', null]);
  });

  it('has words that JavaScript gives every object as texts, not as numbers', async () => {
    const { columns } = await readCsv(file('a,b\nconstructor,1\n__proto__,valueof\n1,__proto__\n'));
    expect(columns['a']).toEqual({ type: 'string', data: ['constructor', '__proto__', '1'], missing: 0 });
    expect(columns['b']).toEqual({ type: 'string', data: ['1', 'valueof', '__proto__'], missing: 0 });
    await expect(readCsv(file('a\nconstructor\n'), { types: { a: 'number' } })).rejects.toThrow("expected a number, found 'constructor'");
  });

  it('keeps what would lose digits, or is no decimal number, as text', async () => {
    const { columns } = await readCsv(file('id,hex,big\n12345678901234567890,0x10,1e300\n1,1,-inf\n'));
    expect(columns['id']).toMatchObject({ type: 'string', data: ['12345678901234567890', '1'] });
    expect(columns['hex']).toMatchObject({ type: 'string' });
    expect(columns['big']).toMatchObject({ type: 'number', data: Float64Array.of(1e300, -Infinity) });
  });

  it('gives columns beside each other for a tensor', async () => {
    const table = await readCsv(join(REPOSITORY, 'data/raw/iris.csv'));
    expect(table.rows).toBeGreaterThanOrEqual(150);
    const numbers = table.names.filter((name) => table.columns[name]?.type === 'number');
    const { data, shape } = table.matrix();
    expect(shape).toEqual([table.rows, numbers.length]);
    for (const [at, name] of numbers.entries())
      expect(data[5 * numbers.length + at]).toBe(Math.fround(table.columns[name]?.data[5] as number));
    expect(() => table.matrix(['nothing'])).toThrow(/no column 'nothing'/);
  });

  it('comes in batches that know the types and categories of the whole file', async () => {
    const lines = Array.from({ length: 25 }, (_, row) => `${row},${row === 24 ? 'word' : row},${'zyx'[row % 3]}`);
    const path = file(`n,mixed,c\n${lines.join('\n')}\n`);
    const sizes: number[] = [];
    for await (const { rows, columns } of readCsvBatches(path, { batchRows: 10, types: { c: 'category' } })) {
      expect(columns['mixed']?.type).toBe('string');
      expect(columns.c.categories).toEqual(['x', 'y', 'z']);
      expect(columns['n']?.data[0]).toBe(sizes.length * 10);
      sizes.push(rows);
    }
    expect(sizes).toEqual([10, 10, 5]);
  });

  it('with a header alone has no rows', async () => {
    expect(await readCsv(file('a,b\n'))).toMatchObject({ names: ['a', 'b'], rows: 0 });
  });
});

describe('what is wrong in a CSV file is told with its place', () => {
  it.each([
    ['an empty file', '', {}, /^\S*a\.csv: the file is empty: expected a row with the names/],
    ['a word among numbers', 'a,b\n1,2\n3,"x"\n', { types: { b: 'number' } }, /a\.csv:3:3: column 'b': expected a number, found 'x'/],
    ['after a cell of two lines', 'a,b\n"1\n2",x\n', { types: { b: 'number' } }, /a\.csv:3:4: column 'b'/],
    [
      'a number out of range',
      'a\n1\n256\n',
      { types: { a: 'uint8' } },
      /a\.csv:3:1: column 'a': expected a whole number from 0 to 255, found '256'/,
    ],
    [
      'a missing whole number',
      'a,b\n,1\n',
      { types: { a: 'int32' } },
      /:2:1: column 'a': expected a value, as type 'int32' has none for a missing one/,
    ],
    ['a word that is no boolean', 'a\nperhaps\n', { types: { a: 'boolean' } }, /:2:1: column 'a': expected true or false/],
    ['too few cells', 'a,b\n1,2\n3\n', {}, /:3:2: a row of another length: expected 2 cells, found 1/],
    ['too many cells', 'a,b\n1,2,3\n', {}, /:2:5: a row of another length: expected 2 cells, found 3/],
    ['an open quote', 'a,b\n1,"2\n3,4\n', {}, /:2: a quoted cell has no closing quote/],
    ['a name twice', 'a,a\n1,2\n', {}, /:1: two columns are called 'a'/],
    ['a column that is not there', 'size,b\n1,2\n', { columns: ['sizes'] }, /there is no column 'sizes'/],
    ['text that is not UTF-8', Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a), {}, /the text is not UTF-8/],
    ['a delimiter of two characters', 'a\n', { delimiter: '::' }, /delimiter: expected one character/],
  ] as const)('%s', async (_what, text, options, message) => {
    const error: unknown = await readCsv(file(text as string), options as CsvOptions).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MLO_DATA' });
    expect((error as Error).message).toMatch(message);
  });
});

it('is split alike wherever the pieces end', () => {
  const cell = fc.stringMatching(/^[a1 ,"\n]{0,5}$/);
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(table, fc.array(fc.nat(40), { maxLength: 5 }), fc.constantFrom('\n', '\r\n'), (rows, cuts, newline) => {
      const text = rows.map((cells) => cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(',')).join(newline);
      const splitter = csvSplitter({ delimiter: ',', unclosed: () => new Error('open') });
      const found: (readonly string[])[] = [];
      let from = 0;
      for (const cut of [...cuts, text.length].toSorted((a, b) => a - b)) {
        for (const row of splitter.push(text.slice(from, cut))) found.push(row.cells);
        from = Math.max(from, cut);
      }
      for (const row of splitter.end()) found.push(row.cells);
      expect(found).toEqual(rows);
    }),
  );
});
