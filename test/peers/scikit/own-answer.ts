import {
  accuracy,
  balancedClassWeights,
  classScores,
  confusionMatrix,
  kFold,
  logLoss,
  precisionRecallF1,
  rocAuc,
  rocCurve,
  stratifiedKFold,
  take,
  trainTestSplit,
  type Label,
  type Probabilities,
} from '../../../src/train.ts';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import type { Question } from './questions.ts';

type Answer = readonly Answer[] | number | string;

/** As answer.py tells it: numbers that JSON cannot say as words, what is refused as `refused`. */
export function ownAnswer(question: Question): Answer {
  try {
    return plain(answer(question));
  } catch (error) {
    if (error instanceof MloError) return 'refused';
    throw error;
  }
}

function answer(question: Question): unknown {
  const { what, actual = [], predicted = [], labels = [], folds = 0 } = question;
  const zeroDivision = question.zeroDivision === 'nan' ? Number.NaN : (question.zeroDivision ?? 0);
  const classes = question.classes === undefined ? {} : { classes: question.classes };
  const positive = question.positive === undefined ? {} : { positive: question.positive };
  const average = question.average === undefined ? {} : { average: question.average };
  if (what === 'accuracy') return accuracy(actual, predicted);
  if (what === 'scores') {
    const { precision, recall, f1 } = precisionRecallF1(actual, predicted, { ...classes, ...positive, ...average, zeroDivision });
    return [precision, recall, f1];
  }
  if (what === 'classScores') {
    const each = classScores(actual, predicted, { ...classes, zeroDivision });
    return [each.map((one) => one.precision), each.map((one) => one.recall), each.map((one) => one.f1), each.map((one) => one.support)];
  }
  if (what === 'confusion') {
    return confusionMatrix(actual, predicted, {
      ...classes,
      ...(question.normalize === undefined ? {} : { normalize: question.normalize }),
    }).counts;
  }
  if (what === 'rocCurve') {
    const { falsePositiveRate, truePositiveRate, thresholds } = rocCurve(actual, scoresOf(question) as ArrayLike<number>, positive);
    return [falsePositiveRate, truePositiveRate, thresholds];
  }
  if (what === 'rocAuc')
    return rocAuc(actual, scoresOf(question), { ...classes, ...(question.average === 'weighted' ? { average: 'weighted' } : {}) });
  if (what === 'logLoss') return logLoss(actual, scoresOf(question), classes);
  if (what === 'weights') return Object.values(balancedClassWeights(labels));
  if (what === 'kFold') return kFold(question.samples ?? 0, { folds }).map(({ test }) => test);
  if (what === 'stratifiedKFold') return stratifiedKFold(labels, { folds }).map(({ test }) => test);
  if (what === 'splitCounts') return splitCounts(labels, question.testSize ?? 0);
  throw new Error(`no answer to ${what}`);
}

function splitCounts(labels: readonly Label[], testSize: number): readonly number[][] {
  const { train, test } = trainTestSplit(labels.length, { testSize, seed: 1, stratify: labels });
  const classes = [...new Set(labels)].toSorted();
  return [train, test].map((part) => classes.map((label) => take(labels, part).filter((each) => each === label).length));
}

function scoresOf({ scores = [], single }: Question): Probabilities {
  if (single !== true) return scores;
  return typeof scores[0] === 'number'
    ? Float32Array.from(scores as number[])
    : (scores as number[][]).map((row) => Float32Array.from(row));
}

function plain(value: unknown): Answer {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'number') throw new Error(`unexpected answer ${String(value)}`);
  if (Number.isNaN(value)) return 'nan';
  return Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf';
}
