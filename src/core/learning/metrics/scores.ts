import { argumentError, checkChoice, checkOptions } from '../../errors/wrong-argument.ts';
import { checkLabel, classesFor, classesOf, encodeLabels, listed, sameSamples, type Label, type Labels } from '../labels.ts';

/**
 * `binary`: of the positive class alone. `micro`: over all decisions together. `macro`: mean of the classes. `weighted`: mean of the classes by
 * how often each occurs.
 */
export type Average = 'binary' | 'micro' | 'macro' | 'weighted';

export interface ScoreOptions {
  /** Default `binary` where there are two classes at most, those of `classes` included, else `macro`. */
  readonly average?: Average;
  /** For `binary`: the class that is looked for. Default 1, or true. */
  readonly positive?: Label;
  /** Which classes count, and in which order they are told. Default: all that occur, sorted. */
  readonly classes?: readonly Label[];
  /** Value of a ratio without samples; NaN leaves the class out of means. Default 0. */
  readonly zeroDivision?: 0 | 1 | typeof Number.NaN;
}

/** Each from 0 to 1; `zeroDivision` where it is a ratio without samples. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface ClassScores extends Scores {
  readonly class: Label;
  /** Samples that are of the class. */
  readonly support: number;
}

/** Share of the samples whose class was predicted. @throws MLO_DATA */
export function accuracy(actual: Labels, predicted: Labels): number {
  const samples = sameSamples({ actual, predicted });
  let right = 0;
  for (let at = 0; at < samples; at += 1) if (actual[at] === predicted[at]) right += 1;
  return right / samples;
}

/** Precision = right / predicted as the class, recall = right / of the class, F1 = 2 right / (both). @throws MLO_DATA */
export function precisionRecallF1(actual: Labels, predicted: Labels, options: ScoreOptions = {}): Scores {
  checkScoring('precisionRecallF1', actual, predicted, options);
  checkChoice('average', options.average, ['binary', 'micro', 'macro', 'weighted']);
  const present = classesOf(actual, predicted);
  const named = options.classes === undefined ? present : classesFor(options.classes);
  // A small part of the samples may lack classes: it is to have the same figure as the others.
  const average = options.average ?? (new Set([...present, ...named]).size <= 2 ? 'binary' : 'macro');
  if (average === 'binary') {
    const positive = positiveClass(present, options.positive);
    return scoresOf(tally(actual, predicted, [positive])[0] as Tally, options.zeroDivision);
  }
  const tallies = tally(actual, predicted, named);
  if (average === 'micro') return scoresOf(tallies.reduce(together), options.zeroDivision);
  const scores = tallies.map((each) => scoresOf(each, options.zeroDivision));
  const weights = tallies.map(({ ofClass }) => (average === 'weighted' ? ofClass : 1));
  return {
    precision: meanOf(
      scores.map(({ precision }) => precision),
      weights,
    ),
    recall: meanOf(
      scores.map(({ recall }) => recall),
      weights,
    ),
    f1: meanOf(
      scores.map(({ f1 }) => f1),
      weights,
    ),
  };
}

/** Right / predicted as the class, from 0 to 1; of several classes averaged as `average` says. @throws MLO_DATA */
export function precision(actual: Labels, predicted: Labels, options?: ScoreOptions): number {
  return precisionRecallF1(actual, predicted, options).precision;
}

/** Right / of the class, from 0 to 1; of several classes averaged as `average` says. @throws MLO_DATA */
export function recall(actual: Labels, predicted: Labels, options?: ScoreOptions): number {
  return precisionRecallF1(actual, predicted, options).recall;
}

/** 2 right / (predicted as the class + of the class), from 0 to 1; of several classes averaged as `average` says. @throws MLO_DATA */
export function f1(actual: Labels, predicted: Labels, options?: ScoreOptions): number {
  return precisionRecallF1(actual, predicted, options).f1;
}

/** Every class by itself, in the order of `classes`. @throws MLO_DATA */
export function classScores(
  actual: Labels,
  predicted: Labels,
  options: Pick<ScoreOptions, 'classes' | 'zeroDivision'> = {},
): ClassScores[] {
  checkScoring('classScores', actual, predicted, options);
  const classes = classesFor(options.classes, actual, predicted);
  return tally(actual, predicted, classes).map((each, at) => ({
    class: classes[at] as Label,
    ...scoresOf(each, options.zeroDivision),
    support: each.ofClass,
  }));
}

function checkScoring(what: string, actual: Labels, predicted: Labels, options: ScoreOptions): void {
  sameSamples({ actual, predicted });
  checkOptions(what, options);
  checkChoice('zeroDivision', options.zeroDivision, [0, 1, Number.NaN]);
}

/** Counts for one class, or for several together. */
interface Tally {
  readonly right: number;
  readonly asClass: number;
  readonly ofClass: number;
}

function tally(actual: Labels, predicted: Labels, classes: readonly Label[]): Tally[] {
  const [of, as] = [encodeLabels(actual, classes), encodeLabels(predicted, classes)];
  const right = classes.map(() => 0);
  const asClass = classes.map(() => 0);
  const ofClass = classes.map(() => 0);
  for (const [sample, place] of of.entries()) {
    const guess = as[sample] as number;
    if (place >= 0) ofClass[place]! += 1;
    if (guess >= 0) asClass[guess]! += 1;
    if (place >= 0 && place === guess) right[place]! += 1;
  }
  return classes.map((_, at) => ({ right: right[at] as number, asClass: asClass[at] as number, ofClass: ofClass[at] as number }));
}

function together(a: Tally, b: Tally): Tally {
  return { right: a.right + b.right, asClass: a.asClass + b.asClass, ofClass: a.ofClass + b.ofClass };
}

function scoresOf({ right, asClass, ofClass }: Tally, zeroDivision: number = 0): Scores {
  const ratio = (part: number, whole: number): number => (whole === 0 ? zeroDivision : part / whole);
  return { precision: ratio(right, asClass), recall: ratio(right, ofClass), f1: ratio(2 * right, asClass + ofClass) };
}

/** What is NaN is left out; where all weights are 0 they do not count. */
function meanOf(values: readonly number[], weights: readonly number[]): number {
  const kept = values.map((value, at) => ({ value, weight: weights[at] as number })).filter(({ value }) => !Number.isNaN(value));
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return kept.reduce((sum, { value }) => sum + value, 0) / kept.length;
  return kept.reduce((sum, { value, weight }) => sum + value * weight, 0) / total;
}

/** @throws MLO_DATA where it is not clear which of two classes is meant */
export function positiveClass(present: readonly Label[], wanted: Label | undefined): Label {
  if (present.length > 2)
    throw argumentError(`there are ${present.length} classes (${listed(present)}): name an average: 'macro', 'micro' or 'weighted'`);
  if (wanted !== undefined) checkLabel('positive', wanted);
  const positive = wanted ?? (present.includes(true) || present.includes(false) ? true : 1);
  if (present.length === 2 && !present.includes(positive)) {
    throw argumentError(`the positive class ${JSON.stringify(positive)} is none of ${listed(present)}: name it with 'positive'`);
  }
  return positive;
}
