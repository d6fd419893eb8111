import type { MonitorMode } from '../../../core/learning/callbacks/monitor.ts';
import type { TensorFlow } from '../types.ts';
import { trainingHere } from '../../api/training-here.ts';

export interface CallbackOptions {
  /** Needed outside of stages: the TensorFlow.js that the model is of. */
  readonly tf?: TensorFlow;
  /** Where lines go that tell what was done; default: the stage's log, and nowhere outside of stages. */
  readonly log?: (line: string) => void;
}

export interface MonitorOptions extends CallbackOptions {
  /** Default `val_loss`. */
  readonly monitor?: string;
  /** Default `auto`: by the name of what is monitored. */
  readonly mode?: MonitorMode;
}

/** Where lines go that tell what a callback has done. */
export function logFor({ log }: CallbackOptions): (line: string) => void {
  return log ?? trainingHere()?.log ?? (() => {});
}

/** Where a mistake is told that does not end training. */
export function warnFor({ log }: CallbackOptions): (line: string) => void {
  return trainingHere()?.warn ?? log ?? ((line) => process.emitWarning(line));
}
