import { describe, expect, it } from 'vitest';
import { smooth } from '../../../src/core/metrics/smooth.ts';

describe('smoothed series', () => {
  it('are as they were without a weight', () => {
    expect([...smooth([3, 1, 2], 0)]).toEqual([3, 1, 2]);
  });

  it('start at the first value instead of being pulled towards zero', () => {
    const smoothed = smooth([10, 10, 10], 0.9);
    for (const value of smoothed) expect(value).toBeCloseTo(10, 12);
  });

  it('are the weighted mean of all values so far', () => {
    const [, , third] = smooth([1, 2, 4], 0.5);
    expect(third).toBeCloseTo((1 * 0.25 + 2 * 0.5 + 4 * 1) / (0.25 + 0.5 + 1), 12);
  });

  it('leave NaN and infinities where they are and count them for nothing', () => {
    const smoothed = smooth([1, Number.NaN, Infinity, 1], 0.8);
    expect(Array.from(smoothed.subarray(1, 3))).toEqual([Number.NaN, Infinity]);
    expect(smoothed[3]).toBeCloseTo(1, 12);
  });
});
