import { expect, it } from 'vitest';
import { numbersIn } from '../../../src/app/repro/metric-files.ts';
import { parseMetricsText } from '../../../src/core/metrics/parse.ts';

it('numbers of a metrics file are metrics, however long they are', () => {
  const text = '{"n": 12345678901234567890, "below": {"n": -9007199254740993, "loss": 0.5}, "list": [1], "note": "1"}';
  expect(numbersIn(parseMetricsText('m.json', text), 'm.json')).toEqual([
    ['n', 12345678901234567000],
    ['below.n', -9007199254740992],
    ['below.loss', 0.5],
  ]);
  expect(numbersIn(parseMetricsText('m.json', '12345678901234567890'), 'm.json')).toEqual([['m.json', 12345678901234567000]]);
});
