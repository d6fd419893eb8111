import { describe, expect, test } from 'vitest';
import type { FlowerTable } from '../../../stages/lib/flowers.ts';
import { classNumbers, fitPreprocessing, standardise } from '../../../stages/lib/preprocessing.ts';

const TABLE: FlowerTable = {
  features: ['length', 'constant'],
  flowers: [
    { measures: [2, 7], species: 'rose' },
    { measures: [4, 7], species: 'daisy' },
    { measures: [6, 7], species: 'rose' },
    { measures: [8, 7], species: 'daisy' },
  ],
};

describe('preprocessing', () => {
  test('learns mean, deviation and the classes in alphabetical order', () => {
    expect(fitPreprocessing(TABLE)).toEqual({
      features: ['length', 'constant'],
      classes: ['daisy', 'rose'],
      mean: [5, 7],
      deviation: [Math.sqrt(5), 1],
    });
  });

  test('gives the training set mean 0 and deviation 1, and a constant column zeros', () => {
    const rows = standardise(TABLE.flowers, fitPreprocessing(TABLE));
    expect(rows.map((row) => row[1])).toEqual([0, 0, 0, 0]);
    const column = rows.map((row) => row[0]!);
    expect(column.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
    expect(column.reduce((sum, value) => sum + value * value, 0) / 4).toBeCloseTo(1, 12);
  });

  test('measures other flowers by the training set', () => {
    expect(standardise([{ measures: [5 + Math.sqrt(5), 9], species: 'rose' }], fitPreprocessing(TABLE))).toEqual([[1, 2]]);
  });

  test('numbers the classes and refuses a species that it never saw', () => {
    const preprocessing = fitPreprocessing(TABLE);
    expect(classNumbers(TABLE.flowers, preprocessing)).toEqual([1, 0, 1, 0]);
    expect(() => classNumbers([{ measures: [1, 1], species: 'tulip' }], preprocessing)).toThrow(
      'the model knows daisy, rose, but not "tulip"',
    );
  });
});
