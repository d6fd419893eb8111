export interface ClassMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface ClassificationMetrics {
  readonly accuracy: number;
  /** Mean of the classes' F1, each class with the same weight. */
  readonly macro_f1: number;
  readonly classes: { readonly [name: string]: ClassMetrics };
}

/** `matrix[actual][predicted]` = number of samples; actual and predicted are class numbers below `classCount`. */
export function confusionMatrix(actual: readonly number[], predicted: readonly number[], classCount: number): number[][] {
  const matrix = Array.from({ length: classCount }, () => Array.from({ length: classCount }, () => 0));
  for (const [sample, row] of actual.entries()) matrix[row]![predicted[sample]!]! += 1;
  return matrix;
}

/** A ratio without samples (nothing predicted as the class, none of the class there) counts as 0. */
export function classificationMetrics(matrix: readonly (readonly number[])[], names: readonly string[]): ClassificationMetrics {
  const perClass = names.map((_, number) => classMetrics(matrix, number));
  const correct = sum(matrix.map((row, number) => row[number]!));
  return {
    accuracy: ratio(correct, sum(matrix.flat())),
    macro_f1: ratio(sum(perClass.map((metrics) => metrics.f1)), names.length),
    classes: Object.fromEntries(names.map((name, number) => [name, perClass[number]!])),
  };
}

function classMetrics(matrix: readonly (readonly number[])[], number: number): ClassMetrics {
  const correct = matrix[number]![number]!;
  const predicted = sum(matrix.map((row) => row[number]!));
  const actual = sum(matrix[number]!);
  return {
    precision: ratio(correct, predicted),
    recall: ratio(correct, actual),
    f1: ratio(2 * correct, predicted + actual),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
