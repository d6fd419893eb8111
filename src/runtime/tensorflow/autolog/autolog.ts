import type { LayersModel } from '@tensorflow/tfjs';
import { runHere } from '../../api/run-here.ts';
import { tensorFlowFor } from '../../api/training-here.ts';
import { logFor, warnFor } from '../callbacks/options.ts';
import { hookFit } from './hook-fit.ts';
import type { Autologging, AutologOptions, AutologSettings } from './types.ts';

/**
 * Records what a model's `fit` and `fitDataset` do, under MLflow's names, without changing what they do: arguments, optimizer and early stopping as
 * params, metrics of every epoch (and of batches, if asked), `model_summary.txt`, and the trained model with its signature. Without a model: all
 * models that are trained from here on. In a stage neither run nor TensorFlow.js needs to be given.
 */
export function autolog(model: LayersModel, options?: AutologOptions): Autologging;
export function autolog(options?: AutologOptions): Autologging;
export function autolog(first?: LayersModel | AutologOptions, second: AutologOptions = {}): Autologging {
  const isModel = typeof (first as LayersModel | undefined)?.fit === 'function';
  const settings = decide(isModel ? second : ((first as AutologOptions | undefined) ?? {}));
  if (isModel) return hookFit([first as LayersModel], settings);
  // A sequential model has a `fit` of its own, around that of the model inside it.
  return hookFit([settings.tf.LayersModel.prototype, settings.tf.Sequential.prototype], settings);
}

function decide(options: AutologOptions): AutologSettings {
  const run = options.run ?? runHere();
  if (run === undefined) throw new TypeError('autolog: outside of a stage, give it a run: autolog(model, { run, tf })');
  const { everyBatches = 0, onNaN = 'warn', logModel = true, logSummary = true, progress = true } = options;
  if (!Number.isSafeInteger(everyBatches) || everyBatches < 0)
    throw new RangeError(`everyBatches must be a whole number, found ${everyBatches}`);
  if (onNaN !== 'warn' && onNaN !== 'stop') throw new RangeError(`onNaN must be 'warn' or 'stop', found ${JSON.stringify(onNaN)}`);
  const tf = tensorFlowFor('autolog', options.tf);
  return { run, tf, everyBatches, onNaN, logModel, logSummary, progress, log: logFor(options), warn: warnFor(options) };
}
