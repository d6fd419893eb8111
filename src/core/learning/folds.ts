import { argumentError, checkList, checkOptions, checkWhole, describeValue, wrongArgument } from '../errors/wrong-argument.ts';
import { largest } from '../largest.ts';
import { createRng, seededRandom, type Rng } from '../random/seeded-random.ts';
import { checkLabels, classesOf, countPlaces, encodeLabels, listed, sameLength, sameSamples, type Labels } from './labels.ts';

/** Numbers of samples, ascending. */
export interface Parts {
  readonly train: readonly number[];
  readonly test: readonly number[];
}

export interface FoldOptions {
  /** How many, 2 at least. */
  readonly folds: number;
  /** Draws which sample is in which fold; without it samples stay in order. */
  readonly seed?: number;
}

/** Every sample is in the test part of exactly one fold; their sizes differ by one at most. @throws MLO_DATA */
export function kFold(samples: number, options: FoldOptions): Parts[] {
  checkOptions('kFold', options, '{ folds: 5 }');
  checkWhole('kFold: the number of samples', samples, 1);
  checkFolds(options.folds, samples);
  const order = Array.from({ length: samples }, (_, at) => at);
  const drawn = options.seed === undefined ? order : rngOf(options.seed).shuffle(order);
  const foldOf = new Int32Array(samples);
  const [least, larger] = [Math.floor(samples / options.folds), samples % options.folds];
  let next = 0;
  for (let fold = 0; fold < options.folds; fold += 1) {
    const end = next + least + (fold < larger ? 1 : 0);
    for (; next < end; next += 1) foldOf[drawn[next] as number] = fold;
  }
  return allParts(foldOf, options.folds);
}

/**
 * As `kFold`, and every fold has as many samples of each class as any other, give or take one: without a seed the very folds of
 * scikit-learn's `StratifiedKFold`. @throws MLO_DATA where no class has a sample for every fold
 */
export function stratifiedKFold(labels: Labels, options: FoldOptions): Parts[] {
  const samples = sameSamples({ labels });
  checkOptions('stratifiedKFold', options, '{ folds: 5 }');
  checkFolds(options.folds, samples);
  const classes = [...new Set(Array.from(labels))];
  const encoded = encodeLabels(labels, classes);
  const counts = countPlaces(encoded, classes.length);
  if (counts.every((count) => count < options.folds)) {
    throw argumentError(`no class has a sample for each of ${options.folds} folds: the largest has ${largest(counts)}`);
  }
  const allocation = allocate(counts, options.folds);
  const rng = options.seed === undefined ? undefined : rngOf(options.seed);
  const waiting = allocation.map((perFold) => {
    const folds = perFold.flatMap((count, fold) => Array.from({ length: count }, () => fold));
    return (rng === undefined ? folds : rng.shuffle(folds))[Symbol.iterator]();
  });
  return allParts(
    encoded.map((place) => waiting[place]?.next().value as number),
    options.folds,
  );
}

const [TEST, TRAIN] = [0, 1];

export interface SplitOptions {
  /** Below 1 the share of the samples, rounded up; else their number. */
  readonly testSize: number;
  readonly seed: number;
  /** Labels: both parts have the same share of each class. */
  readonly stratify?: Labels;
}

/** Draws a test set. @throws MLO_DATA where a part would be empty, or too small to have all classes */
export function trainTestSplit(samples: number, options: SplitOptions): Parts {
  checkOptions('trainTestSplit', options, '{ testSize: 0.2, seed: 1 }');
  const { testSize, stratify } = options;
  const tests = testSize < 1 ? Math.ceil(samples * testSize) : testSize;
  if (!(Number.isSafeInteger(samples) && Number.isSafeInteger(tests) && tests >= 1 && tests < samples)) {
    throw argumentError(`testSize ${describeValue(testSize)} of ${describeValue(samples)} samples: both parts need at least one`);
  }
  const rng = rngOf(options.seed);
  const part = stratify === undefined ? drawFew(samples, tests, rng) : drawOfEachClass(stratify, samples, tests, rng);
  return partsOf(part, TEST);
}

/** The items with these numbers, in that order. */
export function take<Item>(items: ArrayLike<Item>, numbers: readonly number[]): Item[] {
  checkList('take: the items', items, 'items');
  if (!Array.isArray(numbers)) throw wrongArgument('take: the numbers', 'a list of numbers of items', numbers);
  return numbers.map((at) => {
    if (!(Number.isSafeInteger(at) && at >= 0 && at < items.length))
      throw argumentError(`there is no item ${describeValue(at)}: there are ${items.length}`);
    return items[at] as Item;
  });
}

function drawFew(samples: number, tests: number, rng: Rng): Int32Array {
  const part = new Int32Array(samples).fill(TRAIN);
  for (const at of rng.shuffle(Array.from(part, (_, index) => index)).slice(0, tests)) part[at] = TEST;
  return part;
}

function drawOfEachClass(labels: Labels, samples: number, tests: number, rng: Rng): Int32Array {
  sameLength({ stratify: labels, samples: { length: samples } });
  checkLabels('stratify', labels);
  const classes = classesOf(labels);
  const encoded = encodeLabels(labels, classes);
  const counts = countPlaces(encoded, classes.length);
  const single = counts.indexOf(1);
  if (single !== -1) throw argumentError(`the class ${JSON.stringify(classes[single])} has one sample only: a stratified split needs two`);
  if (Math.min(tests, samples - tests) < classes.length) {
    throw argumentError(`${tests} test and ${samples - tests} training samples: each part needs one of every class (${listed(classes)})`);
  }
  const wanted = proportional(counts, tests, rng);
  const part = new Int32Array(samples).fill(TRAIN);
  for (const [place, count] of wanted.entries()) {
    const members = Array.from(encoded.keys()).filter((at) => encoded[at] === place);
    for (const at of rng.shuffle(members).slice(0, count)) part[at] = TEST;
  }
  return part;
}

/** `draws` shared out by `counts`: rounded down, the rest to the largest remainders, which of equal ones is drawn. */
function proportional(counts: readonly number[], draws: number, rng: Rng): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const shares = counts.map((count) => (count * draws) / total);
  const result = shares.map(Math.floor);
  const missing = draws - result.reduce((sum, count) => sum + count, 0);
  const remainder = (at: number): number => (shares[at] as number) - Math.floor(shares[at] as number);
  const order = rng.shuffle(counts.map((_, at) => at)).sort((a, b) => remainder(b) - remainder(a));
  for (const at of order.slice(0, missing)) result[at]! += 1;
  return result;
}

/** For each class, how many of its samples each fold gets: sorted by class, every `folds`th sample goes to the same fold. */
function allocate(counts: readonly number[], folds: number): number[][] {
  let first = 0;
  return counts.map((count) => {
    const perFold = Array.from({ length: folds }, () => 0);
    for (let at = first; at < first + count; at += 1) perFold[at % folds]! += 1;
    first += count;
    return perFold;
  });
}

function allParts(foldOf: Int32Array, folds: number): Parts[] {
  return Array.from({ length: folds }, (_, fold) => partsOf(foldOf, fold));
}

/** The fold tests the samples that are in it. */
function partsOf(foldOf: Int32Array, fold: number): Parts {
  const [train, test]: [number[], number[]] = [[], []];
  for (const [sample, own] of foldOf.entries()) (own === fold ? test : train).push(sample);
  return { train, test };
}

function checkFolds(folds: number, samples: number): void {
  if (!Number.isSafeInteger(folds) || folds < 2) throw argumentError(`folds must be a whole number from 2, found ${describeValue(folds)}`);
  if (samples < folds) throw argumentError(`${samples} samples are too few for ${folds} folds`);
}

function rngOf(seed: number): Rng {
  if (!Number.isSafeInteger(seed)) throw argumentError(`the seed must be a whole number, found ${describeValue(seed)}`);
  return createRng(seededRandom(seed));
}
