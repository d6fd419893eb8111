import { argumentError, checkOptions, describeValue } from '../../errors/wrong-argument.ts';
import { classesOf, encodeKnownLabels, sameLength, sameSamples, type Label, type Labels } from '../labels.ts';
import { isColumn, probabilityTable, type Probabilities } from './probabilities.ts';
import { positiveClass } from './scores.ts';

export interface LogLossOptions {
  /** Of one probability a sample: the class that it is for. Default 1, or true. */
  readonly positive?: Label;
  /** Of a row a sample: the classes, in the order of the columns. Default: all that occur, sorted. */
  readonly classes?: readonly Label[];
}

/** Distance from 1 to the next number: nearer to 0 or 1 no probability is taken at its word. */
const [EPSILON, EPSILON_32] = [2 ** -52, 2 ** -23];

/** Mean of -ln(probability of the actual class), in nats. Probabilities of a Float32Array are clipped as far off 0 and 1 as that type asks for. @throws MLO_DATA */
export function logLoss(actual: Labels, probabilities: Probabilities, options: LogLossOptions = {}): number {
  sameSamples({ actual });
  const samples = sameLength({ actual, probabilities });
  checkOptions('logLoss', options);
  const probabilityOf = isColumn(probabilities)
    ? binary(actual, probabilities, options.positive)
    : inRows(actual, probabilities, options.classes);
  const isSingle = probabilities instanceof Float32Array || probabilities[0] instanceof Float32Array;
  const epsilon = isSingle ? EPSILON_32 : EPSILON;
  let sum = 0;
  for (let sample = 0; sample < samples; sample += 1) {
    const probability = probabilityOf(sample);
    if (!(probability >= 0 && probability <= 1)) {
      throw argumentError(`sample ${sample} has the probability ${describeValue(probability)}: expected 0 to 1 (not logits)`);
    }
    sum -= Math.log(Math.min(1 - epsilon, Math.max(epsilon, probability)));
  }
  return sum / samples;
}

function binary(actual: Labels, column: ArrayLike<number>, wanted: Label | undefined): (sample: number) => number {
  const positive = positiveClass(classesOf(actual), wanted);
  return (sample) => (actual[sample] === positive ? (column[sample] as number) : 1 - (column[sample] as number));
}

function inRows(actual: Labels, given: readonly ArrayLike<number>[], wanted: readonly Label[] | undefined): (sample: number) => number {
  const { classes, rows } = probabilityTable(given, actual, wanted);
  const places = encodeKnownLabels(actual, classes);
  return (sample) => rows[sample]?.[places[sample] as number] as number;
}
