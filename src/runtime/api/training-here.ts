import { argumentError, wrongArgument } from '../../core/errors/wrong-argument.ts';
import type { TensorFlow } from '../tensorflow/types.ts';
import type { Value } from '../../core/value.ts';

/** What a stage offers to what trains in it. */
export interface TrainingHere {
  readonly tf?: TensorFlow;
  /** A line for the stage's log. */
  readonly log: (line: string) => void;
  /** A line for the user. */
  readonly warn: (line: string) => void;
  /** What the run has as params before anything is logged. */
  readonly params: { readonly [name: string]: Value };
}

/** Shared by every copy of `mlo-cli` in this thread. */
const TRAINING = Symbol.for('mlo-cli.training-here');

export function offerTraining(here: TrainingHere): void {
  (globalThis as { [TRAINING]?: TrainingHere })[TRAINING] = here;
}

/** Undefined outside of stage modules. */
export function trainingHere(): TrainingHere | undefined {
  return (globalThis as { [TRAINING]?: TrainingHere })[TRAINING];
}

/** @throws MLO_DATA where what is given is not it, and outside of stages where none is */
export function tensorFlowFor(what: string, given: TensorFlow | undefined): TensorFlow {
  if (given !== undefined && typeof (given as Partial<TensorFlow> | null)?.Callback !== 'function')
    throw wrongArgument(`${what}: tf`, 'TensorFlow.js', given);
  const tf = given ?? trainingHere()?.tf;
  if (tf !== undefined) return tf;
  throw argumentError(
    trainingHere() === undefined
      ? `${what}: outside of a stage, give it TensorFlow.js: { tf }`
      : `${what}: TensorFlow.js is not ready. It is once the stage's function is called, in stages that hold the word tf or say backend:`,
  );
}
