import type { Callback } from '@tensorflow/tfjs';
import { improvement, monitored } from '../../../core/learning/callbacks/monitor.ts';
import { createPlateau } from '../../../core/learning/callbacks/plateau.ts';
import { checkOptions, wrongArgument } from '../../../core/errors/wrong-argument.ts';
import { tensorFlowFor } from '../../api/training-here.ts';
import { learningRateOf, setLearningRate } from './learning-rate.ts';
import { makeCallback, missingMonitor } from './make-callback.ts';
import { logFor, warnFor, type CallbackOptions, type MonitorOptions } from './options.ts';

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** The rate is multiplied by it, between 0 and 1. Default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement before that. Default 10. */
  readonly patience?: number;
  /** Less than this is no improvement. Default 0.0001. */
  readonly minDelta?: number;
  /** Epochs after a reduction that do not count. Default 0. */
  readonly cooldown?: number;
  /** Default 0. */
  readonly minLR?: number;
}

/** Keras's ReduceLROnPlateau. The rate of each epoch is in the logs, and so in the run, as `learning_rate`. */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  checkOptions('reduceLROnPlateau', options, '{ tf }');
  const { monitor = 'val_loss', mode = 'auto', factor = 0.1, patience = 10, minDelta = 1e-4, cooldown = 0, minLR = 0 } = options;
  const rule = { improves: improvement(monitor, mode, minDelta), factor, patience, cooldown, minRate: minLR };
  let next = createPlateau(rule);
  let warned = false;
  return makeCallback(tensorFlowFor('reduceLROnPlateau', options.tf), {
    onTrainBegin() {
      next = createPlateau(rule);
    },
    onEpochEnd(epoch, logs, model) {
      const value = monitored(logs, monitor);
      const rate = learningRateOf(model);
      logs['learning_rate'] = rate;
      if (value === undefined) {
        if (!warned) warnFor(options)(missingMonitor('reduceLROnPlateau', monitor, logs));
        warned = true;
        return;
      }
      const reduced = next(value, rate);
      if (reduced === undefined) return;
      setLearningRate(model, reduced);
      logFor(options)(`epoch ${epoch + 1}: learning rate ${rate} -> ${reduced}, as ${monitor} has not improved for ${patience} epochs`);
    },
  });
}

/** Keras's LearningRateScheduler: `schedule` gives the rate of each epoch (from 0), from the one before. */
export function learningRateScheduler(schedule: (epoch: number, learningRate: number) => number, options: CallbackOptions = {}): Callback {
  checkOptions('learningRateScheduler', options, '{ tf }');
  if (typeof schedule !== 'function') throw wrongArgument('learningRateScheduler', 'a function of the epoch and the rate', schedule);
  return makeCallback(tensorFlowFor('learningRateScheduler', options.tf), {
    onEpochBegin(epoch, model) {
      setLearningRate(model, schedule(epoch, learningRateOf(model)));
    },
    onEpochEnd(_epoch, logs, model) {
      logs['learning_rate'] = learningRateOf(model);
    },
  });
}
