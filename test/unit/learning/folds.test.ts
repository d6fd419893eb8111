import { describe, expect, it } from 'vitest';
import { kFold, stratifiedKFold, take, trainTestSplit, type Label, type Parts } from '../../../src/train.ts';
import { fc } from '../../helpers/properties.ts';

const counts = (labels: readonly Label[], numbers: readonly number[]): number[] => {
  const taken = take(labels, numbers);
  return [...new Set(labels)].map((label) => taken.filter((each) => each === label).length);
};
const together = ({ train, test }: Parts): number[] => [...train, ...test].toSorted((a, b) => a - b);
const all = (samples: number): number[] => Array.from({ length: samples }, (_, at) => at);

describe('kFold', () => {
  it('tests every sample once, and trains with all others', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 9, max: 80 }), fc.option(fc.integer()), (folds, samples, seed) => {
        const parts = kFold(samples, seed === null ? { folds } : { folds, seed });
        expect(parts.flatMap(({ test }) => test).toSorted((a, b) => a - b)).toEqual(all(samples));
        for (const part of parts) expect(together(part)).toEqual(all(samples));
        const sizes = parts.map(({ test }) => test.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('draws the same folds from the same seed, and others from another', () => {
    expect(kFold(30, { folds: 3, seed: 5 })).toEqual(kFold(30, { folds: 3, seed: 5 }));
    expect(kFold(30, { folds: 3, seed: 5 })).not.toEqual(kFold(30, { folds: 3, seed: 6 }));
  });

  it.each([
    [{ samples: 3, folds: 4 }, '3 samples are too few for 4 folds'],
    [{ samples: 3, folds: 1 }, 'folds must be a whole number from 2, found 1'],
  ])('refuses %j', ({ samples, folds }, message) => {
    expect(() => kFold(samples, { folds })).toThrow(message);
  });
});

describe('stratifiedKFold', () => {
  it('says why it cannot split very many classes of a sample each', () => {
    expect(() => stratifiedKFold(all(200_000), { folds: 5 })).toThrow('no class has a sample for each of 5 folds: the largest has 1');
  });

  it('gives every fold the same share of each class, with a seed too', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 20, maxLength: 90 }), fc.integer(), (labels, seed) => {
        const parts = stratifiedKFold(labels, { folds: 3, seed });
        expect(parts.flatMap(({ test }) => test).toSorted((a, b) => a - b)).toEqual(all(labels.length));
        const each = parts.map(({ test }) => counts(labels, test));
        for (const [place] of (each[0] as number[]).entries()) {
          const sizes = each.map((fold) => fold[place] as number);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('trainTestSplit', () => {
  it('rounds the test share up, keeps the order, and leaves nothing out', () => {
    const parts = trainTestSplit(11, { testSize: 0.2, seed: 1 });
    expect(parts.test).toHaveLength(3);
    expect(together(parts)).toEqual(all(11));
    expect(parts.train).toEqual([...parts.train].toSorted((a, b) => a - b));
  });

  it('keeps the share of each class in both parts', () => {
    const labels = [
      ...Array.from({ length: 60 }, () => 'a'),
      ...Array.from({ length: 30 }, () => 'b'),
      ...Array.from({ length: 10 }, () => 'c'),
    ];
    const { train, test } = trainTestSplit(100, { testSize: 0.1, seed: 7, stratify: labels });
    expect(counts(labels, test)).toEqual([6, 3, 1]);
    expect(counts(labels, train)).toEqual([54, 27, 9]);
  });

  it.each([
    [{ testSize: 0, seed: 1 }, 'both parts need at least one'],
    [{ testSize: 10, seed: 1 }, 'both parts need at least one'],
    [{ testSize: 0.5, seed: 0.5 }, 'the seed must be a whole number, found 0.5'],
    [{ testSize: 0.5, seed: 1, stratify: [0, 1] }, 'one entry a sample each, found 2 and 10'],
  ])('refuses %j', (options, message) => {
    expect(() => trainTestSplit(10, options)).toThrow(message);
  });
});
