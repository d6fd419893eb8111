import { describe, expect, it } from 'vitest';
import {
  accuracy,
  balancedClassWeights,
  classificationReport,
  confusionMatrix,
  f1,
  logLoss,
  oneHot,
  precision,
  precisionRecallF1,
  recall,
  rocAuc,
  rocCurve,
} from '../../../src/train.ts';

const ACTUAL = ['cat', 'dog', 'cat', 'pig', 'dog'];
const PREDICTED = ['cat', 'cat', 'cat', 'pig', 'dog'];

describe('metrics of predicted classes', () => {
  it('are counted by hand', () => {
    expect(accuracy(ACTUAL, PREDICTED)).toBe(0.8);
    expect(confusionMatrix(ACTUAL, PREDICTED)).toEqual({
      classes: ['cat', 'dog', 'pig'],
      counts: [
        [2, 0, 0],
        [1, 1, 0],
        [0, 0, 1],
      ],
    });
    expect(classificationReport(ACTUAL, PREDICTED).classes).toEqual([
      { class: 'cat', precision: 2 / 3, recall: 1, f1: 0.8, support: 2 },
      { class: 'dog', precision: 1, recall: 0.5, f1: 2 / 3, support: 2 },
      { class: 'pig', precision: 1, recall: 1, f1: 1, support: 1 },
    ]);
  });

  it('give every class the same weight in the macro mean', () => {
    const { share, macro, classes } = reportOf([
      [8, 2, 0],
      [1, 6, 3],
      [0, 0, 5],
    ]);
    expect(share).toBe(19 / 25);
    expect(classes).toEqual([
      { class: 0, precision: 8 / 9, recall: 8 / 10, f1: 16 / 19, support: 10 },
      { class: 1, precision: 6 / 8, recall: 6 / 10, f1: 12 / 18, support: 10 },
      { class: 2, precision: 5 / 8, recall: 1, f1: 10 / 13, support: 5 },
    ]);
    expect(macro.f1).toBeCloseTo((16 / 19 + 12 / 18 + 10 / 13) / 3, 15);
  });

  it('are 1 throughout where nothing is confused', () => {
    const { share, macro, classes } = reportOf([
      [3, 0],
      [0, 4],
    ]);
    const perfect = { precision: 1, recall: 1, f1: 1 };
    expect([share, macro]).toEqual([1, perfect]);
    expect(classes).toEqual([
      { class: 0, ...perfect, support: 3 },
      { class: 1, ...perfect, support: 4 },
    ]);
  });

  it('count a class that is never predicted, or never there, as 0 and not as NaN', () => {
    const { share, macro, classes } = reportOf(
      [
        [0, 2, 0],
        [0, 2, 0],
        [0, 0, 0],
      ],
      { classes: [0, 1, 2] },
    );
    expect(share).toBe(0.5);
    expect(classes[0]).toEqual({ class: 0, precision: 0, recall: 0, f1: 0, support: 2 });
    expect(classes[2]).toEqual({ class: 2, precision: 0, recall: 0, f1: 0, support: 0 });
    expect(macro.f1).toBeCloseTo(4 / 6 / 3, 15);
  });

  it('are of all classes that are named, also where a fold has two of them only', () => {
    const [actual, predicted] = [
      [0, 0, 1, 1, 1],
      [0, 1, 1, 1, 0],
    ];
    const macro = f1(actual, predicted, { classes: [0, 1, 2], average: 'macro' });
    expect(f1(actual, predicted, { classes: [0, 1, 2] })).toBe(macro);
    expect(macro).toBeCloseTo((1 / 2 + 2 / 3) / 3, 15);
    expect(f1(actual, predicted, { classes: [0, 1] })).toBe(2 / 3);
    expect(f1(actual, predicted, { classes: [0, 1, 2], average: 'binary' })).toBe(2 / 3);
    expect(f1([0, 1, 2], [0, 1, 1], { classes: [0, 1] })).toBeCloseTo((1 + 2 / 3) / 2, 15);
  });

  it('take what tensors give: typed arrays, and true and false', () => {
    expect(precision(Int32Array.of(1, 0, 1), Uint8Array.of(1, 1, 1))).toBe(2 / 3);
    expect(recall([true, false, true], [true, true, false])).toBe(0.5);
    expect(f1(Float32Array.of(1, 0, 1), [1, 1, 0])).toBe(0.5);
  });

  it.each([
    [() => accuracy([1, 2], [1]), 'actual and predicted must have one entry a sample each, found 2 and 1'],
    [() => accuracy([], []), 'there are no samples'],
    [() => confusionMatrix([Number.NaN], [1]), 'actual: sample 0 has the label NaN: expected a number, a text, true or false'],
    [() => confusionMatrix([1, 2], Float32Array.of(1, Number.NaN)), 'predicted: sample 1 has the label NaN'],
    [() => confusionMatrix([1, undefined as never], [1, 2]), 'actual: sample 1 has the label undefined'],
    [() => confusionMatrix([1], [null as never]), 'predicted: sample 0 has the label null'],
    [() => confusionMatrix([1], [{ class: 1 } as never]), 'predicted: sample 0 has the label an object with class'],
    [() => confusionMatrix([1, 2, 3], [1]), 'actual and predicted must have one entry a sample each, found 3 and 1'],
    [() => confusionMatrix([], []), 'actual and predicted: there are no samples'],
    [() => confusionMatrix(undefined as never, [1]), 'actual: expected a list of one entry a sample, found undefined'],
    [() => confusionMatrix([1], 'cat' as never), 'predicted: expected a list of one entry a sample, found "cat"'],
    [
      () => confusionMatrix([1], [1], { classes: [Number.NaN] }),
      'classes: each of them: expected a number, a text, true or false, found NaN',
    ],
    [() => confusionMatrix([1], [1], { normalize: 'rows' as never }), 'normalize: expected "actual", "predicted", "all", found "rows"'],
    [() => confusionMatrix([1], [1], null as never), 'confusionMatrix: expected options, an object, found null'],
    [() => precisionRecallF1(['a', 'b'], ['a', 'b']), 'the positive class 1 is none of "a", "b": name it with \'positive\''],
    [() => precision([0, 1, 2], [0, 1, 2], { average: 'binary' }), 'there are 3 classes (0, 1, 2): name an average'],
    [() => confusionMatrix([1], [1], { classes: [1, 1] }), 'classes must differ from each other'],
    [() => oneHot(['a', 'c'], ['a', 'b']), 'sample 1 has the class "c", which is none of "a", "b"'],
    [() => oneHot([0, 5], 3), 'sample 1 has the class 5, which is none of 0, 1, 2'],
    [() => balancedClassWeights([0, 0], [0, 1]), 'the class 1 has no samples'],
    [() => rocCurve([0, 1], [0.5, Number.NaN]), 'sample 1 has the score NaN'],
    [
      () =>
        rocAuc(
          [0, 1],
          [
            [0.5, 0.3, 0.2],
            [1, 0, 0],
          ],
        ),
      "sample 0 has 3 probabilities, but there are 2 classes (0, 1): name all of them with 'classes'",
    ],
    [
      () =>
        logLoss(
          [0, 1],
          [
            [2, -1],
            [0, 1],
          ],
        ),
      'sample 0 has the probability 2: expected 0 to 1 (not logits)',
    ],
  ])('refuse what makes no sense, %#', (work, message) => {
    expect(work).toThrow(expect.objectContaining({ code: 'MLO_DATA', message: expect.stringContaining(message) }));
  });
});

describe('oneHot and balancedClassWeights', () => {
  it('put a 1 in the column of the class', () => {
    const { values, shape, classes } = oneHot([2, 0, 2]);
    expect({ values: Array.from(values), shape, classes }).toEqual({ values: [0, 1, 1, 0, 0, 1], shape: [3, 2], classes: [0, 2] });
  });

  it('make every class count the same', () => {
    expect(balancedClassWeights([0, 0, 0, 1])).toEqual({ 0: 4 / 6, 1: 2 });
  });
});

/** Actual and predicted classes that have this confusion matrix. */
function samplesOf(counts: readonly (readonly number[])[]): [actual: number[], predicted: number[]] {
  const cells = counts.flatMap((row, actual) =>
    row.flatMap((count, predicted) => Array.from({ length: count }, () => [actual, predicted] as const)),
  );
  return [cells.map(([actual]) => actual), cells.map(([, predicted]) => predicted)];
}

type Report = ReturnType<typeof classificationReport>;

/** The report of samples that have this confusion matrix, actual by predicted. */
function reportOf(
  counts: readonly (readonly number[])[],
  options: Parameters<typeof classificationReport>[2] = {},
): { share: Report['accuracy'] } & Pick<Report, 'macro' | 'classes'> {
  const { accuracy: share, macro, classes } = classificationReport(...samplesOf(counts), options);
  return { share, macro, classes };
}
