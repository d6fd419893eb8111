import { argumentError, checkWhole } from '../errors/wrong-argument.ts';
import { checkLabels, classesFor, countPlaces, encodeKnownLabels, sameSamples, type Label, type Labels } from './labels.ts';

export interface OneHot {
  /** Of the columns. */
  readonly classes: readonly Label[];
  /** Row by row; for `tf.tensor2d(values, shape)`. */
  readonly values: Float32Array;
  readonly shape: [samples: number, classes: number];
}

/**
 * A 1 in the column of each sample's class. `columns`: the classes, or how many there are, from 0; default all that occur, sorted.
 * @throws MLO_DATA for a class that is none of them
 */
export function oneHot(labels: Labels, columns?: readonly Label[] | number): OneHot {
  checkLabels('labels', labels);
  if (typeof columns === 'number') checkWhole('oneHot: the number of classes', columns, 1);
  const classes = typeof columns === 'number' ? Array.from({ length: columns }, (_, place) => place) : classesFor(columns, labels);
  const encoded = encodeKnownLabels(labels, classes);
  const values = new Float32Array(encoded.length * classes.length);
  for (const [sample, place] of encoded.entries()) values[sample * classes.length + place] = 1;
  return { classes, values, shape: [encoded.length, classes.length] };
}

/**
 * Weights by which every class counts the same, samples / (classes x samples of the class): scikit-learn's `balanced`. Keyed by the class's place in
 * `named`, as `model.fit({ classWeight })` wants it. @throws MLO_DATA for a class without samples
 */
export function balancedClassWeights(labels: Labels, named?: readonly Label[]): { [place: number]: number } {
  const samples = sameSamples({ labels });
  const classes = classesFor(named, labels);
  const counts = countPlaces(encodeKnownLabels(labels, classes), classes.length);
  const empty = counts.indexOf(0);
  if (empty !== -1) throw argumentError(`the class ${JSON.stringify(classes[empty])} has no samples: no weight balances it`);
  return Object.fromEntries(counts.map((count, place) => [place, samples / (classes.length * count)]));
}
