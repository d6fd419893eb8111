import { createRng, seededRandom } from '../../../src/core/random/seeded-random.ts';
import type { Label } from '../../../src/train.ts';

/** What both are asked; `scores` are of one class, or a row a sample. */
export interface Question {
  readonly what: string;
  readonly title: string;
  readonly actual?: readonly Label[];
  readonly predicted?: readonly Label[];
  readonly scores?: readonly number[] | readonly (readonly number[])[];
  readonly single?: boolean;
  readonly average?: 'binary' | 'micro' | 'macro' | 'weighted';
  readonly positive?: Label;
  readonly classes?: readonly Label[];
  readonly zeroDivision?: 0 | 1 | 'nan';
  readonly normalize?: 'actual' | 'predicted' | 'all';
  readonly labels?: readonly Label[];
  readonly samples?: number;
  readonly folds?: number;
  readonly testSize?: number;
}

interface Guesses {
  readonly title: string;
  readonly actual: readonly Label[];
  readonly predicted: readonly Label[];
}

const rng = createRng(seededRandom(20));
const pick = (classes: number, samples: number): number[] => Array.from({ length: samples }, () => rng.integer(classes));

const BINARY: readonly Guesses[] = [
  { title: 'a hundred', actual: pick(2, 100), predicted: pick(2, 100) },
  { title: 'all right', actual: [0, 1, 1, 0], predicted: [0, 1, 1, 0] },
  { title: 'all wrong', actual: [0, 1, 1, 0], predicted: [1, 0, 0, 1] },
  { title: 'nothing predicted', actual: [0, 1, 1, 0], predicted: [0, 0, 0, 0] },
  { title: 'none there', actual: [0, 0, 0], predicted: [0, 1, 1] },
  { title: 'only the negative class', actual: [0, 0, 0], predicted: [0, 0, 0] },
  { title: 'only the positive class', actual: [1, 1], predicted: [1, 1] },
  { title: 'one sample', actual: [1], predicted: [0] },
];

const MANY: readonly Guesses[] = [
  ...BINARY,
  { title: 'ten classes', actual: pick(10, 300), predicted: pick(10, 300) },
  { title: 'a class that is never predicted', actual: [0, 1, 2, 2, 1], predicted: [0, 1, 1, 0, 1] },
  { title: 'a class that is only predicted', actual: [0, 1, 1, 0, 1], predicted: [0, 2, 1, 2, 1] },
  { title: 'words', actual: ['cat', 'dog', 'pig', 'cat', 'Dog'], predicted: ['cat', 'pig', 'dog', 'cat', 'dog'] },
];

const averages = ['micro', 'macro', 'weighted'] as const;
const zeros = [0, 1, 'nan'] as const;

const GUESSED: readonly Question[] = [
  ...MANY.flatMap((guesses): readonly Question[] => [
    { what: 'accuracy', ...guesses },
    { what: 'confusion', ...guesses },
    ...(['actual', 'predicted', 'all'] as const).map((normalize) => ({ what: 'confusion', normalize, ...guesses })),
    ...zeros.map((zeroDivision) => ({ what: 'classScores', zeroDivision, ...guesses })),
    ...averages.flatMap((average) => zeros.map((zeroDivision) => ({ what: 'scores', average, zeroDivision, ...guesses }))),
  ]),
  ...BINARY.flatMap((guesses) =>
    zeros.flatMap((zeroDivision) =>
      [0, 1].map((positive): Question => ({ what: 'scores', average: 'binary', zeroDivision, positive, ...guesses })),
    ),
  ),
  { what: 'scores', title: 'no such positive class', average: 'binary', actual: [2, 3], predicted: [2, 3] },
  { what: 'scores', title: 'binary of three classes', average: 'binary', actual: [0, 1, 2], predicted: [0, 1, 1] },
  ...averages.map((average): Question => ({
    what: 'scores',
    average,
    title: 'some classes',
    classes: [2, 0],
    actual: [0, 1, 2, 2],
    predicted: [2, 1, 0, 2],
  })),
  ...averages.map((average): Question => ({
    what: 'scores',
    average,
    title: 'a class that nobody has',
    classes: [0, 1, 2, 7],
    actual: [0, 1, 2, 2],
    predicted: [2, 1, 0, 2],
  })),
  { what: 'confusion', title: 'some classes', classes: [2, 0], actual: [0, 1, 2, 2], predicted: [2, 1, 0, 2] },
];

const softmax = (row: readonly number[]): number[] => {
  const raised = row.map(Math.exp);
  const sum = raised.reduce((total, value) => total + value, 0);
  return raised.map((value) => value / sum);
};
const rows = (samples: number, classes: number): number[][] =>
  Array.from({ length: samples }, () => softmax(Array.from({ length: classes }, () => 2 * rng.normal())));
const scoresFor = (actual: readonly number[], steps: number): number[] =>
  actual.map((label) => Math.round((0.3 * label + 0.7 * rng()) * steps) / steps);

const TWO = pick(2, 200);
const THREE = pick(3, 90);
const CURVES: readonly { readonly title: string; readonly actual: readonly number[]; readonly scores: readonly number[] }[] = [
  { title: 'two hundred scores', actual: TWO, scores: scoresFor(TWO, 1e9) },
  { title: 'many ties', actual: TWO, scores: scoresFor(TWO, 5) },
  { title: 'all tied', actual: [0, 1, 1, 0], scores: [0.5, 0.5, 0.5, 0.5] },
  { title: 'told apart', actual: [0, 0, 1, 1], scores: [0.1, 0.2, 0.8, 0.9] },
  { title: 'the wrong way round', actual: [1, 1, 0, 0], scores: [0.1, 0.2, 0.8, 0.9] },
  { title: 'negative scores', actual: [0, 1, 0, 1], scores: [-3, 2.5, -1, -2] },
  { title: 'no positive sample', actual: [0, 0, 0], scores: [0.1, 0.2, 0.3] },
  { title: 'no negative sample', actual: [1, 1, 1], scores: [0.1, 0.2, 0.3] },
];

const SURE = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

const SCORED: readonly Question[] = [
  ...CURVES.flatMap((curve): readonly Question[] => [
    { what: 'rocCurve', ...curve },
    { what: 'rocAuc', ...curve },
  ]),
  ...(['macro', 'weighted'] as const).flatMap((average): readonly Question[] => [
    { what: 'rocAuc', title: 'three classes', average, actual: THREE, scores: rows(90, 3) },
    { what: 'rocAuc', title: 'an absent class', average, actual: [0, 1, 1, 0], scores: rows(4, 3), classes: [0, 1, 2] },
    { what: 'rocAuc', title: 'tied rows', average, actual: [0, 1, 2, 0], scores: Array.from({ length: 4 }, () => [0.25, 0.5, 0.25]) },
    { what: 'rocAuc', title: 'more columns than classes', average, actual: [0, 1, 1, 0], scores: rows(4, 3) },
  ]),
  ...[false, true].flatMap((single): readonly Question[] => [
    { what: 'logLoss', single, title: 'three classes', actual: THREE, scores: rows(90, 3) },
    { what: 'logLoss', single, title: 'sure and right', actual: [0, 1, 2], scores: SURE },
    { what: 'logLoss', single, title: 'sure and wrong', actual: [1, 2, 0], scores: SURE },
    { what: 'logLoss', single, title: 'one probability a sample', actual: TWO, scores: TWO.map(() => rng()) },
    { what: 'logLoss', single, title: 'a class that nobody has', actual: [0, 1, 1], scores: rows(3, 3), classes: [0, 1, 2] },
    { what: 'logLoss', single, title: 'fewer classes than columns', actual: [0, 1, 1], scores: rows(3, 3) },
    {
      what: 'logLoss',
      single,
      title: 'logits',
      actual: [0, 1],
      scores: [
        [2, -1],
        [0, 3],
      ],
    },
  ]),
];

const LABELS: readonly { readonly title: string; readonly labels: readonly Label[] }[] = [
  { title: 'three classes', labels: THREE },
  { title: 'uneven', labels: [...pick(2, 20), 2, 2, 2, 2, 2, 2] },
  { title: 'words', labels: ['b', 'a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'b'] },
  { title: 'one class', labels: [1, 1, 1, 1, 1] },
];

const PARTED: readonly Question[] = [
  ...LABELS.flatMap((labels): readonly Question[] => [
    { what: 'weights', ...labels },
    ...[2, 3, 5].map((folds) => ({ what: 'stratifiedKFold', folds, ...labels })),
  ]),
  { what: 'stratifiedKFold', title: 'too few of all', folds: 4, labels: [0, 0, 1, 1, 1, 0] },
  ...[5, 10, 11, 2].flatMap((samples) => [2, 3, 5].map((folds) => ({ what: 'kFold', title: `${samples} samples`, samples, folds }))),
  // Remainders that are all different: nothing is drawn.
  {
    what: 'splitCounts',
    title: 'a fifth',
    labels: [...Array.from({ length: 53 }, () => 0), ...Array.from({ length: 31 }, () => 1), ...Array.from({ length: 16 }, () => 2)],
    testSize: 0.2,
  },
  { what: 'splitCounts', title: 'too few', labels: [0, 0, 1, 1, 2, 2], testSize: 2 },
  { what: 'splitCounts', title: 'a class of one', labels: [0, 0, 0, 1, 1, 1, 2], testSize: 3 },
];

export const QUESTIONS: readonly Question[] = [...GUESSED, ...SCORED, ...PARTED];
