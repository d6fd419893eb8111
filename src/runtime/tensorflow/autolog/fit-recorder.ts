import type { LayersModel, Scalar } from '@tensorflow/tfjs';
import { fitParams, optimizerParams } from '../../../core/learning/fit-params.ts';
import { kerasMetricName } from '../../../core/learning/callbacks/monitor.ts';
import type { Value } from '../../../core/value.ts';
import type { BatchLogs, CallbackSteps, EpochLogs } from '../callbacks/make-callback.ts';
import { modelSummary } from './model-signature.ts';
import type { RunLedger } from './run-ledger.ts';
import type { AutologSettings } from './types.ts';

/** Tag of a run whose loss was not a number, and where that was. */
const NAN_TAG = 'mlo.nan_loss';

export interface FitCall {
  readonly call: 'fit' | 'fitDataset';
  readonly args: { readonly [argument: string]: unknown };
  readonly model: LayersModel;
  readonly settings: AutologSettings;
  readonly ledger: RunLedger;
}

export interface FitRecord {
  /** Metrics by epoch, as they were logged. */
  readonly epochs: ReadonlyMap<number, EpochLogs>;
  readonly nan: { readonly epoch: number; readonly batch: number } | undefined;
}

/** What a call of `fit` tells the run. Nothing is awaited, and nothing but numbers is kept. */
export function recordFit({ call, args, model, settings, ledger }: FitCall): { readonly steps: CallbackSteps; readonly record: FitRecord } {
  const { run, everyBatches, onNaN, warn } = settings;
  const prefix = ledger.prefixOf(model);
  const epochs = new Map<number, EpochLogs>();
  const names = new Map<string, string>();
  let nan: FitRecord['nan'];
  let epochNow = 0;
  let batches = 0;
  let planned = 0;
  let sized = call === 'fit';

  /** Known names cost a look-up a batch, not a text. */
  function nameOf(key: string, kind: '' | 'batch_'): string {
    const known = names.get(kind + key);
    if (known !== undefined) return known;
    const name = `${prefix}${kind}${kerasMetricName(key)}`;
    names.set(kind + key, name);
    return name;
  }

  function lookAtLoss(batch: number, loss: number, trained: LayersModel): void {
    if (Number.isFinite(loss) || nan !== undefined) return;
    nan = { epoch: epochNow, batch };
    const where = `epoch ${epochNow + 1}/${planned}, batch ${batch + 1}`;
    run.setTag(NAN_TAG, `${prefix}${where}`);
    warn(
      `the loss of '${model.name}' is ${loss} at ${where}${onNaN === 'stop' ? ': training stops' : ''}; a lower learning rate, or a look at the data, may help`,
    );
    if (onNaN === 'stop') trained.stopTraining = true;
  }

  const steps: CallbackSteps = {
    onTrainBegin(trained, params) {
      planned = params.epochs;
      ledger.params({ ...fitParams(call, args), ...optimizerParamsOf(trained) }, prefix);
      if (settings.logSummary) run.logText(modelSummary(model), `${prefix}model_summary.txt`);
    },
    onEpochBegin(epoch) {
      epochNow = epoch;
    },
    onBatchEnd(batch, logs: BatchLogs, trained) {
      if (!sized) ledger.params({ batch_size: numberOf(logs['size']) }, prefix);
      sized = true;
      lookAtLoss(batch, numberOf(logs['loss']), trained);
      if (everyBatches > 0 && batches % everyBatches === 0) {
        for (const key of Object.keys(logs)) {
          if (key !== 'batch' && key !== 'size') run.logMetric(nameOf(key, 'batch_'), numberOf(logs[key]), { step: batches });
        }
      }
      batches += 1;
    },
    onEpochEnd(epoch, logs) {
      const values = Object.fromEntries(Object.entries(logs).map(([key, value]) => [nameOf(key, ''), value]));
      epochs.set(epoch, values);
      run.logMetrics(values, { step: epoch });
    },
  };
  return {
    steps,
    record: {
      epochs,
      get nan() {
        return nan;
      },
    },
  };
}

function optimizerParamsOf({ optimizer }: LayersModel): { [name: string]: Value } {
  return optimizerParams(optimizer.getClassName(), optimizer.getConfig() as { [key: string]: unknown });
}

/** A scalar's bytes are in memory: reading them costs microseconds, waiting for a promise costs a turn of the loop. */
function numberOf(value: number | Scalar | undefined): number {
  return typeof value === 'object' ? (value.dataSync()[0] as number) : (value ?? 0);
}
