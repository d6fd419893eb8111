import { describe, expect, it } from 'vitest';
import { parseMetricLine, parseNumber } from '../../../src/core/metrics/metric-line.ts';
import { typedValue } from '../../../src/core/text/typed-value.ts';
import { fc } from '../../helpers/properties.ts';

describe('a line of metrics', () => {
  it.each([
    ['loss 0.25 3', [{ name: 'loss', value: 0.25, step: 3 }]],
    ['  loss\t-1e-3\r', [{ name: 'loss', value: -0.001 }]],
    ['val/acc@5 nan -2', [{ name: 'val/acc@5', value: NaN, step: -2 }]],
    ['übung +inf', [{ name: 'übung', value: Infinity }]],
    ['x -Infinity 7', [{ name: 'x', value: -Infinity, step: 7 }]],
    [
      '{"a b": 1, "c": "nan", "step": 4}',
      [
        { name: 'a b', value: 1, step: 4 },
        { name: 'c', value: NaN, step: 4 },
      ],
    ],
    ['{}', []],
    ['', []],
    ['   ', []],
    ['# loss 1', []],
  ])('%j says %j', (line, points) => expect(parseMetricLine(line)).toEqual(points));

  it.each([
    'loss',
    'loss x',
    'loss 1 2 3',
    'loss 1 1.5',
    'loss 1 9007199254740993',
    '{',
    '{"a": true}',
    '{"a": 1, "step": "x"}',
    '{"": 1}',
    '{"loss": ""}',
    '{"loss": " "}',
    '[1]',
    'a --1',
  ])('%j is none', (line) => expect(parseMetricLine(line)).toBeUndefined());

  it('gives back every number as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.double(), fc.maxSafeInteger(), (value, step) => {
        // As text, -0 is 0.
        expect(parseMetricLine(`m ${value} ${step}`)).toEqual([{ name: 'm', value: value + 0, step }]);
      }),
    );
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (line) => void parseMetricLine(line)));
    fc.assert(fc.property(fc.json(), (line) => void parseMetricLine(line)));
  });
});

it('numbers are those of C, Python and JavaScript', () => {
  expect(['1', '-0.5', '1e3', 'NaN', 'nan', 'INF', '-inf', 'infinity'].map(parseNumber)).toEqual([
    1,
    -0.5,
    1000,
    NaN,
    NaN,
    Infinity,
    -Infinity,
    Infinity,
  ]);
  expect(['', 'x', 'infi', '1,5', 'constructor'].map(parseNumber)).toEqual([undefined, undefined, undefined, undefined, undefined]);
});

it('a typed value is JSON where it can be', () => {
  expect(['0.1', 'true', 'null', '[1,"a"]', '{"a":1}', '"5"', 'adam', '', '007', '12345678901234567890', 'NaN'].map(typedValue)).toEqual([
    0.1,
    true,
    null,
    [1, 'a'],
    { a: 1 },
    '5',
    'adam',
    '',
    '007',
    12345678901234567890n,
    'NaN',
  ]);
});
