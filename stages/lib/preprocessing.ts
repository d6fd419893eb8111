import { speciesOf, type Flower, type FlowerTable } from './flowers.ts';

/** What turns flowers into numbers for the model; kept beside its weights, because they are worth nothing without it. */
export interface Preprocessing {
  readonly features: readonly string[];
  /** Class names: output `i` of the model is the probability of `classes[i]`. */
  readonly classes: readonly string[];
  /** Mean and standard deviation of each feature over the training set. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Learns mean and deviation from the training set only: nothing of the test set may leak into the model. */
export function fitPreprocessing({ features, flowers }: FlowerTable): Preprocessing {
  const columns = features.map((_, column) => flowers.map((flower) => flower.measures[column]!));
  return {
    features,
    classes: speciesOf(flowers),
    mean: columns.map(meanOf),
    deviation: columns.map(deviationOf),
  };
}

/** The rows of the model's input: every feature with mean 0 and deviation 1 over the training set. */
export function standardise(flowers: readonly Flower[], { mean, deviation }: Preprocessing): number[][] {
  return flowers.map(({ measures }) => measures.map((measure, column) => (measure - mean[column]!) / deviation[column]!));
}

/**
 * The number of each flower's class.
 * @throws Error for a species that the model was not trained on.
 */
export function classNumbers(flowers: readonly Flower[], { classes }: Preprocessing): number[] {
  return flowers.map(({ species }) => {
    const number = classes.indexOf(species);
    if (number === -1) throw new Error(`the model knows ${classes.join(', ')}, but not "${species}"`);
    return number;
  });
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A column of equal values has no deviation: 1 leaves it at 0 after standardising. */
function deviationOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2))) || 1;
}
