import { checkChoice, checkOptions } from '../../errors/wrong-argument.ts';
import { classesOf, countPlaces, encodeKnownLabels, sameLength, sameSamples, type Label, type Labels } from '../labels.ts';
import { checkFinite, isColumn, probabilityTable, type Probabilities } from './probabilities.ts';
import { positiveClass } from './scores.ts';

export interface RocCurve {
  /** Ascending from 0 to 1; NaN where there is no sample of the kind. */
  readonly falsePositiveRate: readonly number[];
  readonly truePositiveRate: readonly number[];
  /** Descending: a sample counts as positive from this score on. The first one is infinite: nothing does. */
  readonly thresholds: readonly number[];
}

export interface RocOptions {
  /** Of one score a sample: the class that it is for. Default 1, or true. */
  readonly positive?: Label;
}

export interface RocAucOptions extends RocOptions {
  /** Of a row a sample: the classes, in the order of the columns. Default: all that occur, sorted. */
  readonly classes?: readonly Label[];
  /** Each class against the rest, then their mean, or that by how often each occurs. Default `macro`. */
  readonly average?: 'macro' | 'weighted';
}

/** The corners of the curve; points on a straight line between others are left out. @throws MLO_DATA */
export function rocCurve(actual: Labels, scores: ArrayLike<number>, options: RocOptions = {}): RocCurve {
  sameSamples({ actual });
  checkOptions('rocCurve', options);
  const { falses, trues, thresholds } = cumulated(actual, scores, positiveClass(classesOf(actual), options.positive));
  const isCorner = (at: number): boolean => at === 0 || at === trues.length - 1 || bends(falses, at) || bends(trues, at);
  const corners = trues.map((_, at) => at).filter(isCorner);
  const rate = (counts: readonly number[]): number[] => {
    const all = counts.at(-1) as number;
    return [0, ...corners.map((at) => counts[at] as number)].map((count) => (all === 0 ? Number.NaN : count / all));
  };
  return {
    falsePositiveRate: rate(falses),
    truePositiveRate: rate(trues),
    thresholds: [Infinity, ...corners.map((at) => thresholds[at] as number)],
  };
}

/**
 * Area under the ROC curve: the chance that a positive sample has a higher score than a negative one, ties counting half. With a row a sample,
 * the mean over the classes, each against the rest. NaN where a class has no samples, or all. @throws MLO_DATA
 */
export function rocAuc(actual: Labels, scores: Probabilities, options: RocAucOptions = {}): number {
  sameSamples({ actual });
  checkOptions('rocAuc', options);
  checkChoice('rocAuc: average', options.average, ['macro', 'weighted']);
  if (isColumn(scores)) return areaUnder(actual, scores, positiveClass(classesOf(actual), options.positive));
  const { classes, rows } = probabilityTable(scores, actual, options.classes);
  if (classes.length === 2)
    return areaUnder(
      actual,
      rows.map((row) => row[1] as number),
      classes[1] as Label,
    );
  const counts = countPlaces(encodeKnownLabels(actual, classes), classes.length);
  const weights = options.average === 'weighted' ? counts : counts.map(() => 1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return classes.reduce<number>((sum, label, column) => {
    const weight = weights[column] as number;
    // A class that never occurs has no area, and no weight either where classes are weighted by how often they occur.
    return weight === 0
      ? sum
      : sum +
          (areaUnder(
            actual,
            rows.map((row) => row[column] as number),
            label,
          ) *
            weight) /
            total;
  }, 0);
}

interface Cumulated {
  /** Negative and positive samples with at least the score, one entry for each score that occurs. */
  readonly falses: readonly number[];
  readonly trues: readonly number[];
  readonly thresholds: readonly number[];
}

function cumulated(actual: Labels, scores: ArrayLike<number>, positive: Label): Cumulated {
  const samples = sameLength({ actual, scores });
  checkFinite(scores);
  const order = Array.from({ length: samples }, (_, at) => at).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const [falses, trues, thresholds]: [number[], number[], number[]] = [[], [], []];
  let [negative, found] = [0, 0];
  for (const [place, sample] of order.entries()) {
    if (actual[sample] === positive) found += 1;
    else negative += 1;
    const next = order[place + 1];
    if (next !== undefined && scores[next] === scores[sample]) continue;
    falses.push(negative);
    trues.push(found);
    thresholds.push(scores[sample] as number);
  }
  return { falses, trues, thresholds };
}

function bends(counts: readonly number[], at: number): boolean {
  return (counts[at + 1] as number) - (counts[at] as number) !== (counts[at] as number) - (counts[at - 1] as number);
}

/** Trapezoids over counts, which are exact, divided once. */
function areaUnder(actual: Labels, scores: ArrayLike<number>, positive: Label): number {
  const { falses, trues } = cumulated(actual, scores, positive);
  let [area, x, y] = [0, 0, 0];
  for (const [at, nextX] of falses.entries()) {
    const nextY = trues[at] as number;
    area += ((nextX - x) * (y + nextY)) / 2;
    [x, y] = [nextX, nextY];
  }
  return x === 0 || y === 0 ? Number.NaN : area / (x * y);
}
