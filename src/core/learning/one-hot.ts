import { classesOf, countPlaces, encodeKnownLabels, sameLength, type Label, type Labels } from './labels.ts';

export interface OneHot {
  readonly classes: readonly Label[];
  /** Row by row; for `tf.tensor2d(values, shape)`. */
  readonly values: Float32Array;
  readonly shape: [samples: number, classes: number];
}

/**
 * A 1 in the column of each sample's class. `columns`: the classes, or how many there are, from 0; default all that occur, sorted.
 * @throws RangeError for a class that is none of them
 */
export function oneHot(labels: Labels, columns: readonly Label[] | number = classesOf(labels)): OneHot {
  const classes = typeof columns === 'number' ? Array.from({ length: columns }, (_, place) => place) : columns;
  const encoded = encodeKnownLabels(labels, classes);
  const values = new Float32Array(encoded.length * classes.length);
  for (const [sample, place] of encoded.entries()) values[sample * classes.length + place] = 1;
  return { classes, values, shape: [encoded.length, classes.length] };
}

/**
 * Weights by which every class counts the same, samples / (classes x samples of the class): scikit-learn's `balanced`. Keyed by the class's place in
 * `classes`, as `model.fit({ classWeight })` wants it. @throws RangeError for a class without samples
 */
export function balancedClassWeights(labels: Labels, classes: readonly Label[] = classesOf(labels)): { [place: number]: number } {
  const samples = sameLength('labels', labels);
  const counts = countPlaces(encodeKnownLabels(labels, classes), classes.length);
  const empty = counts.indexOf(0);
  if (empty !== -1) throw new RangeError(`the class ${JSON.stringify(classes[empty])} has no samples: no weight balances it`);
  return Object.fromEntries(counts.map((count, place) => [place, samples / (classes.length * count)]));
}
