import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkIris } from '../../../stages/lib/check-iris.ts';
import { readFlowers, writeFlowers } from '../../../stages/lib/flower-files.ts';
import { formatFlowers, parseFlowers, speciesOf, type FlowerTable } from '../../../stages/lib/flowers.ts';
import { addRatios } from '../../../stages/lib/ratios.ts';
import { REPOSITORY, temporaryFolder } from '../../helpers/index.ts';
import { fc } from '../../helpers/properties.ts';

const HEADER = 'sepal_length,sepal_width,petal_length,petal_width,species';
const RAW = await readFile(join(REPOSITORY, 'data/raw/iris.csv'), 'utf8');

/** The raw table with line `number` (from 1) replaced, or taken out. */
function withLine(number: number, line?: string): string {
  return RAW.split('\n')
    .toSpliced(number - 1, 1, ...(line === undefined ? [] : [line]))
    .join('\n');
}

describe('parseFlowers', () => {
  test('reads the raw table', () => {
    const { features, flowers } = parseFlowers(RAW, 'iris.csv');
    expect(features).toEqual(HEADER.split(',').slice(0, -1));
    expect(flowers).toHaveLength(150);
    expect(flowers[1]).toEqual({ measures: [4.9, 3, 1.4, 0.2], species: 'setosa' });
  });

  test('reads lines that end as on Windows, with or without a last line end', () => {
    expect(parseFlowers('a,species\r\n1,x\r\n2,y', 't.csv').flowers).toEqual([
      { measures: [1], species: 'x' },
      { measures: [2], species: 'y' },
    ]);
  });

  test.each([
    ['', 't.csv:1: expected a header of columns that ends with "species", found ""'],
    ['species\nx\n', 't.csv:1: expected a header of columns that ends with "species", found "species"'],
    ['a,b\n1,2\n', 't.csv:1: expected a header of columns that ends with "species", found "a,b"'],
    ['a,species\n1,x\n2\n', 't.csv:3: expected 2 cells, found 1'],
    ['a,species\n1,x,y\n', 't.csv:2: expected 2 cells, found 3'],
    ['a,species\n1,x\n\n2,x\n', 't.csv:3: expected 2 cells, found an empty line'],
    ['a,species\nmany,x\n', 't.csv:2: expected a number for a, found "many"'],
    ['a,species\n,x\n', 't.csv:2: expected a number for a, found ""'],
    ['a,species\nInfinity,x\n', 't.csv:2: expected a number for a, found "Infinity"'],
    ['a,species\n1,\n', 't.csv:2: the species is missing'],
  ])('%j is refused by line', (text, message) => {
    expect(() => parseFlowers(text, 't.csv')).toThrow(new Error(message));
  });

  test('gives back exactly what formatFlowers wrote', () => {
    const word = fc.stringMatching(/^[a-z][a-z_0-9]{0,8}$/);
    const table = fc.array(word, { minLength: 1, maxLength: 4 }).chain((features) =>
      fc
        .array(
          fc.record({
            measures: fc.array(
              fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
              {
                minLength: features.length,
                maxLength: features.length,
              },
            ),
            species: word,
          }),
        )
        .map((flowers): FlowerTable => ({ features, flowers })),
    );
    fc.assert(
      fc.property(table, (given) => {
        expect(parseFlowers(formatFlowers(given), 't.csv')).toEqual(given);
      }),
    );
  });
});

describe('flower files', () => {
  test('are written into folders that are not there yet', async () => {
    const file = join(await temporaryFolder(), 'a/b/flowers.csv');
    const table = parseFlowers(RAW, 'iris.csv');
    await writeFlowers(file, table);
    expect(await readFlowers(file)).toEqual(table);
    expect(await readFile(file, 'utf8')).toBe(RAW);
  });

  test('name themselves as seen from the project', async () => {
    const file = join(await temporaryFolder(), 'flowers.csv');
    await writeFile(file, 'a,species\nx,y\n');
    await expect(readFlowers(file)).rejects.toThrow(/^[^/].*flowers\.csv:2: expected a number for a, found "x"$/);
  });
});

describe('checkIris', () => {
  const check = (text: string): void => checkIris(parseFlowers(text, 'iris.csv'), 'iris.csv');

  test('takes the raw table', () => {
    expect(() => check(RAW)).not.toThrow();
  });

  test.each([
    [withLine(1, HEADER.replace('petal_width', 'petal_height')), /^iris\.csv:1: expected the columns .*petal_width, found .*petal_height$/],
    [withLine(77, '6.8,2.8,4.8,1.4,tulip'), /^iris\.csv:77: expected one of the species setosa, versicolor, virginica, found "tulip"$/],
    [withLine(3, '4.9,0,1.4,0.2,setosa'), /^iris\.csv:3: expected sepal_width above 0 cm, found 0$/],
    [withLine(3, '4.9,-3,1.4,0.2,setosa'), /^iris\.csv:3: expected sepal_width above 0 cm, found -3$/],
    [withLine(151), /^iris\.csv:150: expected 150 flowers, found 149$/],
    [`${RAW}5,3,1,1,setosa\n`, /^iris\.csv:152: expected 150 flowers, found 151$/],
  ])('refuses a broken one by line (%#)', (text, message) => {
    expect(() => check(text)).toThrow(message);
  });
});

test('species are told in alphabetical order, each once', () => {
  const flower = (species: string) => ({ measures: [], species });
  expect(speciesOf(['b', 'c', 'a', 'b'].map(flower))).toEqual(['a', 'b', 'c']);
});

describe('addRatios', () => {
  test('adds length over width of sepals and petals behind the measures', () => {
    const table = addRatios(parseFlowers(`${HEADER}\n5,2,6,1.5,virginica\n`, 't.csv'));
    expect(table.features).toEqual([...HEADER.split(',').slice(0, -1), 'sepal_ratio', 'petal_ratio']);
    expect(table.flowers).toEqual([{ measures: [5, 2, 6, 1.5, 2.5, 4], species: 'virginica' }]);
  });

  test('names the column that it misses', () => {
    const table = parseFlowers('sepal_length,species\n1,setosa\n', 't.csv');
    expect(() => addRatios(table)).toThrow('expected a column sepal_width, found sepal_length');
  });
});
