import type { LayersModel } from '@tensorflow/tfjs';
import { argumentError, checkOptions, describeValue, wrongArgument } from '../../../core/errors/wrong-argument.ts';
import { runHere } from '../../api/run-here.ts';
import type { StageRun } from '../../api/stage-run.ts';
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
  if (first !== undefined) checkOptions('autolog', first, '{ everyBatches: 10 }, or a model');
  checkOptions('autolog', second, '{ everyBatches: 10 }');
  const isModel = typeof (first as LayersModel | undefined)?.fit === 'function';
  const settings = decide(isModel ? second : ((first as AutologOptions | undefined) ?? {}));
  if (isModel) return hookFit([first as LayersModel], settings);
  // A sequential model has a `fit` of its own, around that of the model inside it.
  return hookFit([settings.tf.LayersModel.prototype, settings.tf.Sequential.prototype], settings);
}

function decide(options: AutologOptions): AutologSettings {
  if (options.run !== undefined && typeof (options.run as Partial<StageRun> | null)?.logMetrics !== 'function')
    throw wrongArgument('autolog: run', 'a run, such as startRun gives', options.run);
  const run = options.run ?? runHere();
  if (run === undefined) throw argumentError('autolog: outside of a stage, give it a run: autolog(model, { run, tf })');
  const { everyBatches = 0, onNaN = 'warn', logModel = true, logSummary = true, progress = true } = options;
  if (!Number.isSafeInteger(everyBatches) || everyBatches < 0)
    throw argumentError(`everyBatches must be a whole number, found ${describeValue(everyBatches)}`);
  if (onNaN !== 'warn' && onNaN !== 'stop') throw argumentError(`onNaN must be 'warn' or 'stop', found ${describeValue(onNaN)}`);
  const tf = tensorFlowFor('autolog', options.tf);
  return { run, tf, everyBatches, onNaN, logModel, logSummary, progress, log: logFor(options), warn: warnFor(options) };
}
