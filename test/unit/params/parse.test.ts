import { describe, expect, test } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { equalValues } from '../../../src/core/params/keys.ts';
import { parseParamsText } from '../../../src/core/params/parse.ts';
import type { Value } from '../../../src/core/value.ts';
import { fc } from '../../helpers/properties.ts';

function errorOf(path: string, text: string): MloError {
  try {
    parseParamsText(path, text);
  } catch (error) {
    if (error instanceof MloError) return error;
    throw error;
  }
  throw new Error('expected an MloError');
}

describe('YAML', () => {
  test('is YAML 1.2: values keep their type, dates and yes/no are strings', () => {
    const text =
      'i: 1\nf: 1.0\ne: 1e-5\no: 0o17\nx: 0xff\nt: true\nn: null\ntilde: ~\nnothing:\ny: yes\non: on\nd: 2020-01-01\ndt: 2020-01-01T00:00:00Z\ns: "1"\ninf: -.inf\nm: {a: [1, b]}\n';
    expect(parseParamsText('params.yaml', text)).toEqual({
      i: 1,
      f: 1,
      e: 1e-5,
      o: 15,
      x: 255,
      t: true,
      n: null,
      tilde: null,
      nothing: null,
      y: 'yes',
      on: 'on',
      d: '2020-01-01',
      dt: '2020-01-01T00:00:00Z',
      s: '1',
      inf: -Infinity,
      m: { a: [1, 'b'] },
    });
  });

  test('no digit of a long integer is lost', () => {
    expect(
      parseParamsText('p.yaml', 'a: 123456789012345678901234567890\nb: -9007199254740993\nc: 9007199254740991\nd: 0xffffffffffffffffff'),
    ).toEqual({
      a: 123456789012345678901234567890n,
      b: -9007199254740993n,
      c: 9007199254740991,
      d: 0xffffffffffffffffffn,
    });
  });

  test.each(['', '\n', '# only a comment\n', '---\n', 'null\n', '{}'])('%j is an empty map', (text) => {
    expect(parseParamsText('params.yaml', text)).toEqual({});
  });

  test('anchors and merge keys', () => {
    expect(parseParamsText('p.yaml', 'base: &b {a: 1, b: 2}\nown:\n  <<: *b\n  b: 3\nlist:\n  <<: [{x: 1}, {x: 2, y: 2}]\n')).toEqual({
      base: { a: 1, b: 2 },
      own: { b: 3, a: 1 },
      list: { x: 1, y: 2 },
    });
  });

  test('keys that are not text are named as Python prints them', () => {
    expect(Object.keys(parseParamsText('p.yaml', '1: a\n1.50: b\ntrue: c\n1e-5: d\n'))).toEqual(['1', '1.5', 'true', '1e-05']);
  });

  test('a key named __proto__ is only a key', () => {
    const values = parseParamsText('p.yaml', '__proto__: {polluted: 1}\n');
    expect(Object.getOwnPropertyNames(values)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(values)).toBe(Object.prototype);
  });

  test.each([
    ['- a', "'params.yaml' must hold a map of names to values, found a list", 1, 1],
    ['5', "'params.yaml' must hold a map of names to values, found the number 5", 1, 1],
    ['a: 1\nb: 2\na: 3', "key 'a' is there twice: it already exists on line 1", 3, 1],
    ['a:\n  b: *gone', "alias '*gone' stands for no anchor above it", 2, 6],
  ])('%j is refused with its place', (text, message, line, column) => {
    const error = errorOf('params.yaml', text);
    expect(error).toMatchObject({ code: 'MLO_PARAMS', message, problems: [{ file: 'params.yaml', line, column }] });
  });

  test('all syntax errors are told', () => {
    const { problems } = errorOf('params.yaml', 'a: [1\nb: {c\nd: "x\n');
    expect(problems.length).toBeGreaterThan(1);
    for (const problem of problems) expect(problem.line).toBeGreaterThan(0);
  });
});

describe('JSON', () => {
  test('values keep their type, NaN and Infinity are read as Python writes them', () => {
    expect(
      parseParamsText(
        'p.json',
        '{"i": 1, "f": 1.0, "big": 12345678901234567890, "n": null, "nan": NaN, "inf": -Infinity, "s": "\\u00e9\\n", "l": [true, {}]}',
      ),
    ).toEqual({
      i: 1,
      f: 1,
      big: 12345678901234567890n,
      n: null,
      nan: Number.NaN,
      inf: -Infinity,
      s: 'é\n',
      l: [true, {}],
    });
  });

  test.each(['', ' \n', '{}', 'null'])('%j is an empty map', (text) => {
    expect(parseParamsText('p.json', text)).toEqual({});
  });

  test.each([
    ['{"a": 1,}', 'expected a key in double quotes', 1, 9],
    ['{\n  "a": 1\n  "b": 2\n}', "expected ',' or '}'", 3, 3],
    ['{"a": [1, 2}', "expected ',' or ']'", 1, 12],
    ['{"a": 01}', "expected ',' or '}'", 1, 8],
    ['{"a": nope}', 'expected a value', 1, 7],
    ['{"a": "x\ny"}', 'this string does not end, or holds a character that must be escaped', 1, 7],
    ["{'a': 1}", 'expected a key in double quotes', 1, 2],
    ['{"a": 1} x', 'expected the end of the file', 1, 10],
    ['{"a": 1, "a": 2}', "key 'a' is there twice: it already exists on line 1", 1, 10],
    ['{"a" 1}', "expected ':'", 1, 6],
    ['{"a":', 'expected a value', 1, 6],
    ['[1]', "'p.json' must hold a map of names to values, found a list", 1, 1],
    [`${'['.repeat(5000)}`, 'this file is nested too deeply to be read', 1, 1002],
  ])('%j is refused with its place', (text, message, line, column) => {
    expect(errorOf('p.json', text)).toMatchObject({ code: 'MLO_PARAMS', message, problems: [{ file: 'p.json', line, column }] });
  });

  test('everything that JSON.stringify writes is read back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true }), fc.nat(4), (values, indent) => {
        const text = JSON.stringify(values, undefined, indent);
        expect(equalValues(parseParamsText('p.json', text), JSON.parse(text) as Value)).toBe(true);
      }),
    );
  });

  test('what JSON.parse refuses is refused', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[{}[\]",:0-9.eE+\-a\\ ]{0,12}$/), (text) => {
        let strict: unknown;
        try {
          strict = JSON.parse(text);
        } catch {
          if (text.trim() !== '') expect(() => parseParamsText('p.json', text)).toThrow(MloError);
          return;
        }
        if (typeof strict === 'object' && strict !== null && !Array.isArray(strict))
          expect(parseParamsText('p.json', text)).toEqual(strict);
      }),
    );
  });
});

describe('other formats', () => {
  test.each([
    ['params.py', /would mean running it/],
    ['conf/params.PY', /keep them in params.yaml, JSON or TOML/],
  ])('%s is refused with a clear sentence', (path, message) => {
    expect(errorOf(path, 'a = 1')).toMatchObject({ code: 'MLO_PARAMS', message: expect.stringMatching(message) });
  });

  test('an unknown extension is read as YAML', () => {
    expect(parseParamsText('params.cfg', 'a: 1')).toEqual({ a: 1 });
  });
});
