import type { Callback, LayersModel, Scalar } from '@tensorflow/tfjs';
import type { Logs } from '../../../core/learning/callbacks/monitor.ts';
import type { TensorFlow } from '../types.ts';
import { allowMixedLists } from './mixed-lists.ts';

/** Values of an epoch as numbers; what is added to it becomes part of the history. */
export type EpochLogs = { [name: string]: number };

/** Means and sums of a batch; each may still be a tensor, which lives as long as the call. */
export interface BatchLogs {
  readonly [name: string]: number | Scalar;
}

/** What a callback does; `model` is the one that is trained (of a `tf.Sequential` the model inside it). */
export interface CallbackSteps {
  readonly onTrainBegin?: (model: LayersModel, params: FitParams) => void | Promise<void>;
  readonly onEpochBegin?: (epoch: number, model: LayersModel) => void | Promise<void>;
  /** Nothing may be awaited here: it is called thousands of times. */
  readonly onBatchEnd?: (batch: number, logs: BatchLogs, model: LayersModel) => void;
  readonly onEpochEnd?: (epoch: number, logs: EpochLogs, model: LayersModel) => void | Promise<void>;
  readonly onTrainEnd?: (model: LayersModel) => void | Promise<void>;
}

/** What `fit` tells its callbacks of itself. */
interface FitParams {
  readonly epochs: number;
  readonly samples?: number | null;
  readonly steps?: number | null;
  readonly batchSize?: number | null;
}

/** A callback of this copy of TensorFlow.js, which takes those of its own class only; it may stand in one list with `tf.callbacks.earlyStopping` and plain objects. */
export function makeCallback(tf: TensorFlow, steps: CallbackSteps): Callback {
  allowMixedLists(tf);
  // Abstract to TypeScript only.
  const callback = new (tf.Callback as unknown as new () => Callback)();
  const trained = (): LayersModel => (callback as unknown as { model: LayersModel }).model;
  return Object.assign(callback, {
    async onTrainBegin() {
      const params = (callback as unknown as { params: FitParams }).params;
      await steps.onTrainBegin?.(trained(), params);
    },
    async onEpochBegin(epoch: number) {
      await steps.onEpochBegin?.(epoch, trained());
    },
    async onBatchEnd(batch: number, logs: BatchLogs = {}) {
      steps.onBatchEnd?.(batch, logs, trained());
    },
    async onEpochEnd(epoch: number, logs: { [name: string]: number | Scalar } = {}) {
      if (steps.onEpochEnd === undefined) return;
      await steps.onEpochEnd(epoch, await toNumbers(logs), trained());
    },
    async onTrainEnd() {
      await steps.onTrainEnd?.(trained());
    },
  });
}

/** In place, as TensorFlow.js does for its own callbacks; the tensors are gone afterwards. */
async function toNumbers(logs: { [name: string]: number | Scalar }): Promise<EpochLogs> {
  for (const [name, value] of Object.entries(logs)) {
    if (typeof value === 'number') continue;
    const [number] = await value.data();
    // Another callback may have been here while this one waited.
    if (logs[name] === value) logs[name] = number as number;
    value.dispose();
  }
  return logs as EpochLogs;
}

/** The monitored value is not among the logs: said once by each callback. */
export function missingMonitor(what: string, monitor: string, logs: Logs): string {
  return `${what}: the epoch has no '${monitor}', but ${Object.keys(logs).join(', ') || 'nothing'}: it does nothing`;
}
