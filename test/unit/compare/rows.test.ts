import { describe, expect, it } from 'vitest';
import type { Fact } from '../../../src/core/compare/facts.ts';
import { compareRows } from '../../../src/core/compare/rows.ts';
import type { Value } from '../../../src/core/value.ts';

const metric = (key: string, value: number, stage?: string): Fact => ({
  section: 'metrics',
  key,
  value,
  ...(stage === undefined ? {} : { stage }),
});
const param = (key: string, value: Value, stage?: string): Fact => ({
  section: 'params',
  key,
  value,
  ...(stage === undefined ? {} : { stage }),
});
const lowerLoss = (name: string) => (name === 'loss' ? ('lower' as const) : undefined);

describe('runs side by side', () => {
  it('have a row for each key, in the order of the sections, with deltas against the first and the best marked', () => {
    const rows = compareRows(
      [[metric('loss', 0.5), param('lr', 0.1)], [metric('loss', 0.25), param('lr', 0.1)], [param('lr', 0.1)]],
      lowerLoss,
    );
    expect(rows).toEqual([
      { section: 'params', key: 'lr', values: [0.1, 0.1, 0.1], differs: false },
      { section: 'metrics', key: 'loss', values: [0.5, 0.25, undefined], differs: true, deltas: [0, -0.25, undefined], best: [1] },
    ]);
  });

  it('name the stage only where stages of one run have different values under one key', () => {
    const rows = compareRows(
      [
        [param('seed', 1, 'a'), param('seed', 1, 'b'), param('n', 1, 'a'), param('n', 2, 'b')],
        [param('seed', 2, 'a'), param('n', 1, 'a')],
      ],
      lowerLoss,
    );
    expect(rows.map(({ key, values }) => [key, values])).toEqual([
      ['a: n', [1, 1]],
      ['b: n', [2, undefined]],
      ['seed', [1, 2]],
    ]);
  });

  it('mark nothing as best where all are equal, no direction is known, or there is no number', () => {
    const best = (first: number, second: number, key = 'loss') =>
      compareRows([[metric(key, first)], [metric(key, second)]], lowerLoss)[0]?.best;
    expect([best(1, 1), best(1, 2, 'size'), best(Number.NaN, 1)]).toEqual([undefined, undefined, undefined]);
    expect([best(1, 2), best(2, 1)]).toEqual([[0], [1]]);
  });

  it('see no difference between equal maps and lists, and one between text and number', () => {
    const differs = (a: Value, b: Value) => compareRows([[param('x', a)], [param('x', b)]], lowerLoss)[0]?.differs;
    expect([differs({ a: 1, b: [2] }, { b: [2], a: 1 }), differs('1', 1), differs(Number.NaN, Number.NaN)]).toEqual([false, true, false]);
  });
});
