import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EarlyStopping, LayersModel } from '@tensorflow/tfjs';
import { largest } from '../../../core/largest.ts';
import { stoppingFacts, type StoppingFacts } from '../callbacks/early-stopping.ts';
import { registerFileModels } from '../file-models.ts';
import type { FitRecord } from './fit-recorder.ts';
import { modelSignature } from './model-signature.ts';
import type { RunLedger } from './run-ledger.ts';
import type { AutologSettings } from './types.ts';

/** What can be told of a training once it has ended: where it was stopped, which epoch it went back to, and the model itself. */
export async function finishFit(
  model: LayersModel,
  callbacks: readonly object[],
  record: FitRecord,
  settings: AutologSettings,
  ledger: RunLedger,
): Promise<void> {
  const prefix = ledger.prefixOf(model);
  for (const callback of callbacks) {
    const facts = stoppingFacts(callback) ?? ownFacts(callback, settings);
    if (facts !== undefined) logStopping(facts, record, settings, prefix);
  }
  if (settings.logModel) await logModel(model, settings, prefix);
}

/** MLflow's metrics of early stopping: the values of the epoch that was restored stand once more behind the last one. */
function logStopping({ stoppedEpoch, restoredEpoch }: StoppingFacts, record: FitRecord, { run }: AutologSettings, prefix: string): void {
  const last = largest(record.epochs.keys());
  if (stoppedEpoch !== undefined) run.logMetric(`${prefix}stopped_epoch`, stoppedEpoch, { step: 0 });
  if (restoredEpoch === undefined) return;
  run.logMetric(`${prefix}restored_epoch`, restoredEpoch, { step: 0 });
  const restored = record.epochs.get(restoredEpoch);
  if (restored !== undefined) run.logMetrics(restored, { step: last + 1 });
}

/** As params, before training: MLflow's names. */
export function stoppingParams(
  callback: object,
  settings: AutologSettings,
): { [name: string]: string | number | boolean | null } | undefined {
  const facts = stoppingFacts(callback) ?? ownFacts(callback, settings);
  if (facts === undefined) return undefined;
  const { monitor, minDelta, patience, baseline, restoreBestWeights } = facts.options;
  return { monitor, min_delta: minDelta, patience, baseline, restore_best_weights: restoreBestWeights };
}

/** Of TensorFlow.js's own early stopping, which cannot restore weights. */
function ownFacts(callback: object, { tf }: AutologSettings): StoppingFacts | undefined {
  if (!(callback instanceof tf.EarlyStopping)) return undefined;
  const { monitor, minDelta, patience, baseline, stoppedEpoch } = callback as unknown as EarlyStopping & {
    readonly monitor: string;
    readonly minDelta: number;
    readonly patience: number;
    readonly baseline?: number;
    readonly stoppedEpoch?: number;
  };
  return {
    options: { monitor, minDelta: Math.abs(minDelta), patience, baseline: baseline ?? null, restoreBestWeights: false },
    stoppedEpoch: stoppedEpoch === undefined || stoppedEpoch === 0 ? undefined : stoppedEpoch,
    restoredEpoch: undefined,
  };
}

/** A folder with `model.json`, `weights.bin` and `signature.json`: equal models are equal bytes. */
async function logModel(model: LayersModel, { run, tf }: AutologSettings, prefix: string): Promise<void> {
  registerFileModels(tf, process.cwd());
  const folder = await mkdtemp(join(tmpdir(), 'mlo-model-'));
  await model.save(`file://${folder}`);
  await writeFile(join(folder, 'signature.json'), `${JSON.stringify(modelSignature(model), null, 2)}\n`);
  run.logModel(folder, { name: `${prefix}model`, modelType: 'tfjs-layers', temporary: true });
}
