import { accuracy, classScores, precisionRecallF1, type ClassScores, type ScoreOptions, type Scores } from './scores.ts';
import { checkOptions } from '../../errors/wrong-argument.ts';
import type { Labels } from '../labels.ts';

export interface ClassificationReport {
  /** From 0 to 1. */
  readonly accuracy: number;
  /** Means of the classes, in `weighted` by how often each occurs. */
  readonly macro: Scores;
  readonly weighted: Scores;
  readonly classes: readonly ClassScores[];
}

/** What there is to say about predicted classes, as scikit-learn's `classification_report`. @throws MLO_DATA */
export function classificationReport(
  actual: Labels,
  predicted: Labels,
  options: Pick<ScoreOptions, 'classes' | 'zeroDivision'> = {},
): ClassificationReport {
  checkOptions('classificationReport', options);
  return {
    accuracy: accuracy(actual, predicted),
    macro: precisionRecallF1(actual, predicted, { ...options, average: 'macro' }),
    weighted: precisionRecallF1(actual, predicted, { ...options, average: 'weighted' }),
    classes: classScores(actual, predicted, options),
  };
}
