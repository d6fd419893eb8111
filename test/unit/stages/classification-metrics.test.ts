import { describe, expect, test } from 'vitest';
import { classificationMetrics, confusionMatrix } from '../../../stages/lib/classification-metrics.ts';

describe('confusionMatrix', () => {
  test('has a row for each actual and a column for each predicted class', () => {
    expect(confusionMatrix([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 0, 0], 3)).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [2, 0, 1],
    ]);
  });

  test('is all zero without samples', () => {
    expect(confusionMatrix([], [], 2)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

describe('classificationMetrics', () => {
  test('agrees with the sums done by hand', () => {
    const matrix = [
      [8, 2, 0],
      [1, 6, 3],
      [0, 0, 5],
    ];
    const { accuracy, macro_f1, classes } = classificationMetrics(matrix, ['a', 'b', 'c']);
    expect(accuracy).toBe(19 / 25);
    expect(classes['a']).toEqual({ precision: 8 / 9, recall: 8 / 10, f1: 16 / 19 });
    expect(classes['b']).toEqual({ precision: 6 / 8, recall: 6 / 10, f1: 12 / 18 });
    expect(classes['c']).toEqual({ precision: 5 / 8, recall: 1, f1: 10 / 13 });
    expect(macro_f1).toBeCloseTo((16 / 19 + 12 / 18 + 10 / 13) / 3, 15);
  });

  test('is 1 throughout where nothing is confused', () => {
    const { accuracy, macro_f1, classes } = classificationMetrics(
      [
        [3, 0],
        [0, 4],
      ],
      ['a', 'b'],
    );
    expect([accuracy, macro_f1]).toEqual([1, 1]);
    expect(Object.values(classes)).toEqual(Array.from({ length: 2 }, () => ({ precision: 1, recall: 1, f1: 1 })));
  });

  test('counts a class that is never predicted, or never there, as 0 and not as NaN', () => {
    const { accuracy, macro_f1, classes } = classificationMetrics(
      [
        [0, 2, 0],
        [0, 2, 0],
        [0, 0, 0],
      ],
      ['a', 'b', 'c'],
    );
    expect(accuracy).toBe(0.5);
    expect(classes['a']).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(classes['c']).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(macro_f1).toBeCloseTo(4 / 6 / 3, 15);
  });
});
