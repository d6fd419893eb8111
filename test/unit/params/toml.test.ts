import { describe, expect, test } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { parseParamsText } from '../../../src/core/params/parse.ts';
import { setParamInText } from '../../../src/core/params/set.ts';
import { fc } from '../../helpers/properties.ts';

const TEXT = `# of the project
seed = 7   # an  integer
"odd key" = 'text'

[train]
lr = 1.0
epochs = 60 # many
layers = [8, 4]
start = 1979-05-27T07:32:00.500Z
name = """
lr = no key
"""

[[data]]
path = "a.csv"
[[data]]
path = "b.csv"
`;

describe('params in TOML', () => {
  test('have the types of TOML, dates as strings', () => {
    expect(parseParamsText('params.toml', TEXT)).toEqual({
      seed: 7,
      'odd key': 'text',
      train: { lr: 1, epochs: 60, layers: [8, 4], start: '1979-05-27T07:32:00.5Z', name: 'lr = no key\n' },
      data: [{ path: 'a.csv' }, { path: 'b.csv' }],
    });
    const odd = 'd = 1979-05-27\nt = 07:32:00\nlong = 9007199254740993\nbad = nan\nfar = -inf\nhex = 0xff\nyes = true\n__proto__ = 1';
    expect(parseParamsText('p.toml', odd)).toMatchObject({
      d: '1979-05-27',
      t: '07:32:00',
      long: 9007199254740993n,
      bad: Number.NaN,
      far: -Infinity,
      hex: 255,
      yes: true,
    });
    expect(Object.hasOwn(parseParamsText('p.toml', odd), '__proto__')).toBe(true);
    expect(parseParamsText('empty.toml', '')).toEqual({});
  });

  test.each([
    ['a = 1\nb = \n', 2],
    ['a = 1\na = 2\n', 2],
    ['[t]\nx = "open\n', 2],
    ['= 3', 1],
  ])('say where %j is wrong', (text, line) => {
    let thrown: unknown;
    try {
      parseParamsText('conf/p.toml', text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(MloError);
    expect(thrown).toMatchObject({
      code: 'MLO_PARAMS',
      message: expect.stringContaining("'conf/p.toml' is not valid TOML: "),
      problems: [{ file: 'conf/p.toml', line }],
    });
  });

  test('end every text with values or an MLO_PARAMS', () => {
    const piece = fc.constantFrom(
      'a',
      ' = ',
      '1',
      '[',
      ']',
      '"',
      "'",
      '\n',
      '.',
      '{',
      '}',
      '#',
      ',',
      '"""',
      '1979-05-27',
      'nan',
      '\u0000',
      'ä',
      '\\u12',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
        (text) => {
          try {
            parseParamsText('p.toml', text);
          } catch (error) {
            expect(error).toMatchObject({ code: 'MLO_PARAMS' });
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('-S on TOML', () => {
  test.each([
    ['seed', '8', 'seed = 7   #', 'seed = 8   #'],
    ['train.lr', '0.5', 'lr = 1.0\n', 'lr = 0.5\n'],
    ['train.lr', '1e-3', 'lr = 1.0\n', 'lr = 1e-3\n'],
    ['train.epochs', '"ten"', 'epochs = 60 #', 'epochs = "ten" #'],
    ['train.layers', '[1, 2, 3]', '[8, 4]', '[1, 2, 3]'],
    ['train.layers', 'true', '[8, 4]', 'true'],
    ['odd key', 'a "b"', "'text'", '"a \\"b\\""'],
    ['data.1.path', 'c.csv', '"b.csv"', '"c.csv"'],
  ])('sets %s to %s and leaves every other byte as it is', (key, value, before, after) => {
    expect(setParamInText('p.toml', TEXT, key, value)).toBe(TEXT.replace(before, after));
  });

  test.each([
    ['train.name', 'x', 'Edit line 10 of p.toml by hand: name = """'],
    ['train.lr', 'null', 'Edit line 6 of p.toml by hand: lr = 1.0'],
    ['train.lr', '{a: 1}', 'Edit line 6 of p.toml by hand: lr = 1.0'],
    ['new.key', '1', 'Add it to p.toml by hand'],
  ])('refuses %s to %s with the line to edit', (key, value, hint) => {
    expect(() => setParamInText('p.toml', TEXT, key, value)).toThrow(expect.objectContaining({ code: 'MLO_PARAMS', hint }));
  });
});
