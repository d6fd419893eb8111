import type { Callback, LayersModel, Tensor } from '@tensorflow/tfjs';
import { improvement, monitored } from '../../../core/learning/callbacks/monitor.ts';
import { createPatience, type Patience } from '../../../core/learning/callbacks/patience.ts';
import { checkOptions } from '../../../core/errors/wrong-argument.ts';
import { tensorFlowFor } from '../../api/training-here.ts';
import { makeCallback, missingMonitor } from './make-callback.ts';
import { logFor, warnFor, type MonitorOptions } from './options.ts';

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Less than this is no improvement. Default 0. */
  readonly minDelta?: number;
  /** Epochs without improvement after which training stops. Default 0. */
  readonly patience?: number;
  /** What must be beaten. */
  readonly baseline?: number;
  /** At the end of training the model gets the weights of its best epoch, whether it was stopped or not. Default false. */
  readonly restoreBestWeights?: boolean;
  /** Epochs before this one (from 0) do not count. Default 0. */
  readonly startFromEpoch?: number;
}

/** What autolog asks of it. */
export interface StoppingFacts {
  readonly options: {
    readonly monitor: string;
    readonly minDelta: number;
    readonly patience: number;
    readonly baseline: number | null;
    readonly restoreBestWeights: boolean;
  };
  /** From 0; undefined where training was not stopped. */
  readonly stoppedEpoch: number | undefined;
  /** Of the weights that were restored. */
  readonly restoredEpoch: number | undefined;
}

const FACTS = Symbol.for('mlo-cli.early-stopping');

export function stoppingFacts(callback: object): StoppingFacts | undefined {
  return (callback as { [FACTS]?: () => StoppingFacts })[FACTS]?.();
}

/** Keras's EarlyStopping: stops when the monitored value has not improved for `patience` epochs. */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  checkOptions('earlyStopping', options, '{ tf }');
  const {
    monitor = 'val_loss',
    mode = 'auto',
    minDelta = 0,
    patience = 0,
    baseline,
    restoreBestWeights = false,
    startFromEpoch = 0,
  } = options;
  const tf = tensorFlowFor('earlyStopping', options.tf);
  const improves = improvement(monitor, mode, minDelta);
  let state: Patience;
  let best: Tensor[] = [];
  let stoppedEpoch: number | undefined;
  let restoredEpoch: number | undefined;
  let warned = false;

  function keepWeights(model: LayersModel): void {
    tf.dispose(best);
    // Clones share the bytes until training writes new ones.
    best = model.getWeights().map((weight) => tf.keep(weight.clone()));
  }

  const callback = makeCallback(tf, {
    onTrainBegin() {
      state = createPatience({ improves, patience, baseline, startFromEpoch });
      [stoppedEpoch, restoredEpoch, warned] = [undefined, undefined, false];
    },
    onEpochEnd(epoch, logs, model) {
      const value = monitored(logs, monitor);
      if (value === undefined) {
        if (!warned) warnFor(options)(missingMonitor('earlyStopping', monitor, logs));
        warned = true;
        return;
      }
      const verdict = state.look(epoch, value);
      if (restoreBestWeights && verdict.best) keepWeights(model);
      if (!verdict.stop) return;
      stoppedEpoch = epoch;
      model.stopTraining = true;
    },
    onTrainEnd(model) {
      if (best.length > 0) {
        model.setWeights(best);
        restoredEpoch = state.bestEpoch;
        tf.dispose(best);
        best = [];
      }
      if (stoppedEpoch === undefined) return;
      const restored = restoredEpoch === undefined ? '' : `, weights of epoch ${restoredEpoch + 1} restored`;
      logFor(options)(`early stopping after epoch ${stoppedEpoch + 1}: ${monitor} has not improved for ${patience} epochs${restored}`);
    },
  });
  const facts = (): StoppingFacts => ({
    options: { monitor, minDelta, patience, baseline: baseline ?? null, restoreBestWeights },
    stoppedEpoch,
    restoredEpoch,
  });
  return Object.assign(callback, { [FACTS]: facts });
}
