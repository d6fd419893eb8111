import { argumentError, checkList, describeValue } from '../../errors/wrong-argument.ts';
import { classesFor, listed, sameLength, type Label, type Labels } from '../labels.ts';

/** Scores of samples: one number each (of the positive class), or a row each with a number a class. */
export type Probabilities = ArrayLike<number> | readonly ArrayLike<number>[];

/** Rows with a number for each class, in the order of the classes. */
export interface ProbabilityTable {
  readonly classes: readonly Label[];
  readonly rows: readonly ArrayLike<number>[];
}

export function isColumn(given: Probabilities): given is ArrayLike<number> {
  checkList('probabilities', given, 'numbers, or of rows of numbers');
  return typeof given[0] === 'number';
}

/** @throws MLO_DATA where the rows do not fit the classes */
export function probabilityTable(
  rows: readonly ArrayLike<number>[],
  actual: Labels,
  classes: readonly Label[] | undefined,
): ProbabilityTable {
  sameLength({ actual, probabilities: rows });
  const known = classesFor(classes, actual);
  for (let sample = 0; sample < rows.length; sample += 1) checkList(`sample ${sample}`, rows[sample], 'probabilities');
  const wrong = Array.from(rows).findIndex((row) => row.length !== known.length);
  if (wrong === -1) return { classes: known, rows };
  throw argumentError(
    `sample ${wrong} has ${rows[wrong]?.length ?? 0} probabilities, but there are ${known.length} classes (${listed(known)})` +
      (classes === undefined ? ": name all of them with 'classes'" : ''),
  );
}

/** @throws MLO_DATA for NaN and infinities, whose order says nothing */
export function checkFinite(values: ArrayLike<number>): void {
  for (let at = 0; at < values.length; at += 1) {
    if (!Number.isFinite(values[at])) throw argumentError(`sample ${at} has the score ${describeValue(values[at])}: scores must be finite`);
  }
}
