import { checkChoice, checkOptions } from '../../errors/wrong-argument.ts';
import { classesFor, encodeLabels, sameSamples, type Label, type Labels } from '../labels.ts';

export interface ConfusionOptions {
  /** Their order, and which samples count: one with another actual or predicted class is left out. Default: all that occur, sorted. */
  readonly classes?: readonly Label[];
  /** Shares of the actual class (rows), the predicted class (columns) or all samples instead of counts; nothing of nothing is 0. */
  readonly normalize?: 'actual' | 'predicted' | 'all';
}

export interface ConfusionMatrix {
  readonly classes: readonly Label[];
  /** `counts[actual][predicted]`, both in the order of `classes`; with `normalize` shares from 0 to 1. */
  readonly counts: readonly (readonly number[])[];
}

/** How often each class was predicted for each; shares with `normalize`. @throws MLO_DATA */
export function confusionMatrix(actual: Labels, predicted: Labels, options: ConfusionOptions = {}): ConfusionMatrix {
  const samples = sameSamples({ actual, predicted });
  checkOptions('confusionMatrix', options);
  checkChoice('confusionMatrix: normalize', options.normalize, ['actual', 'predicted', 'all']);
  const classes = classesFor(options.classes, actual, predicted);
  const [rows, columns] = [encodeLabels(actual, classes), encodeLabels(predicted, classes)];
  const counts = classes.map(() => classes.map(() => 0));
  for (let sample = 0; sample < samples; sample += 1) {
    const [row, column] = [rows[sample] as number, columns[sample] as number];
    if (row >= 0 && column >= 0) counts[row]![column]! += 1;
  }
  return { classes, counts: options.normalize === undefined ? counts : normalized(counts, options.normalize) };
}

function normalized(counts: readonly (readonly number[])[], by: 'actual' | 'predicted' | 'all'): number[][] {
  const rows = counts.map(sum);
  const columns = counts.map((_, column) => sum(counts.map((row) => row[column] as number)));
  const all = sum(rows);
  return counts.map((row, at) =>
    row.map((count, column) => {
      const whole = { actual: rows[at], predicted: columns[column], all }[by] as number;
      return whole === 0 ? 0 : count / whole;
    }),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
