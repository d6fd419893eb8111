import { describe, expect, it } from 'vitest';
import { createScale, extentOf } from '../../../src/core/plots/scale.ts';
import { ticksOf } from '../../../src/core/plots/ticks.ts';
import { fc } from '../../helpers/properties.ts';

function labels(min: number, max: number, options: { log?: boolean; whole?: boolean; atMost?: number } = {}): string {
  const scale = createScale({ min, max }, { log: options.log === true });
  return ticksOf(scale, { atMost: options.atMost ?? 5, whole: options.whole === true })
    .map(({ label }) => label)
    .join(' ');
}

describe('ticks', () => {
  it.each([
    [0, 1, '0.0 0.5 1.0'],
    [0.1, 0.35, '0.1 0.2 0.3'],
    [-3, 4, '-2 0 2 4'],
    [0, 123_456, '0 50k 100k'],
    [12_345, 12_999, '12.4k 12.6k 12.8k'],
    [0, 5e9, '0 2G 4G'],
    [1e-8, 3e-7, '1e-7 2e-7 3e-7'],
    [-1e300, 1e300, '-1e300 -5e299 0 5e299 1e300'],
    [1e9, 1e9 + 0.0031, '1000000000.000 1000000000.001 1000000000.002 1000000000.003'],
    [3, 3, '2.8 3.0 3.2'],
    [0, 0, '-1.0 -0.5 0.0 0.5 1.0'],
  ])('from %d to %d are round: %s', (min, max, expected) => {
    expect(labels(min, max)).toBe(expected);
  });

  it('stand inside an axis around a number too small for digits of its own', () => {
    for (const value of [-1e-323, 5e-324, 1e-310]) {
      expect(labels(value, value)).toBe(labels(0, 0));
      expect(createScale({ min: value, max: value }).place(value)).toBe(0.5);
    }
  });

  it('of steps are whole numbers', () => {
    expect(labels(0, 3, { whole: true, atMost: 9 })).toBe('0 1 2 3');
    expect(labels(5, 5, { whole: true })).toBe('5');
    expect(labels(0, 40_000, { whole: true })).toBe('0 10k 20k 30k 40k');
  });

  it('of a logarithmic axis are powers of ten, or round values where it has less than two of them', () => {
    expect(labels(1e-5, 1e3, { log: true })).toBe('1e-4 0.01 1 100');
    expect(labels(2, 7, { log: true })).toBe('2 4 6');
  });

  it('lie inside the axis, ascend, and have labels that differ, whatever the values', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 2, max: 12 }),
        (a, b, atMost) => {
          const scale = createScale({ min: Math.min(a, b), max: Math.max(a, b) });
          const ticks = ticksOf(scale, { atMost });
          expect(ticks.length).toBeGreaterThan(0);
          expect(ticks.length).toBeLessThanOrEqual(2 * atMost);
          expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
          for (const [index, { value }] of ticks.entries()) {
            expect(scale.place(value)).toBeGreaterThanOrEqual(-1e-3);
            expect(scale.place(value)).toBeLessThanOrEqual(1 + 1e-3);
            if (index > 0) expect(value).toBeGreaterThan(ticks[index - 1]?.value as number);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the extent of values', () => {
  it('knows neither NaN nor infinities, and with a logarithmic axis only what is above zero', () => {
    expect(
      extentOf([
        [Number.NaN, 3, -Infinity],
        [7, Infinity],
      ]),
    ).toEqual({ min: 3, max: 7 });
    expect(extentOf([[-1, 0, 0.5, 2]], true)).toEqual({ min: 0.5, max: 2 });
    expect(extentOf([[Number.NaN], []])).toBeUndefined();
  });
});
