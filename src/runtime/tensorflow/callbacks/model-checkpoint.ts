import { resolve } from 'node:path';
import type { Callback, LayersModel } from '@tensorflow/tfjs';
import { fillPattern } from '../../../core/learning/callbacks/file-pattern.ts';
import { improvement, monitored } from '../../../core/learning/callbacks/monitor.ts';
import { checkOptions, wrongArgument } from '../../../core/errors/wrong-argument.ts';
import { tensorFlowFor } from '../../api/training-here.ts';
import { registerFileModels } from '../file-models.ts';
import { makeCallback, missingMonitor, type EpochLogs } from './make-callback.ts';
import { logFor, warnFor, type MonitorOptions } from './options.ts';
import { recoverFolder, replaceFolder } from './replace-folder.ts';
import { wholeModel } from './whole-model.ts';

export interface ModelCheckpointOptions extends MonitorOptions {
  /** Only epochs that are better than all before are saved. Default false: every epoch. */
  readonly saveBestOnly?: boolean;
  /** What the first epoch must beat. */
  readonly initialValueThreshold?: number;
  /** The optimizer's state too, to go on training from there. Default false. */
  readonly includeOptimizer?: boolean;
}

/**
 * Keras's ModelCheckpoint: saves the model as a folder after an epoch, replaced as a whole. `folder` may hold `{epoch}` (from 1), `{epoch:02d}`,
 * `{val_loss:.2f}`…
 */
export function modelCheckpoint(folder: string, options: ModelCheckpointOptions = {}): Callback {
  checkOptions('modelCheckpoint', options, '{ tf }');
  const { monitor = 'val_loss', mode = 'auto', saveBestOnly = false, initialValueThreshold, includeOptimizer = false } = options;
  if (typeof folder !== 'string' || folder === '') throw wrongArgument('modelCheckpoint: the folder', 'the path of a folder', folder);
  const tf = tensorFlowFor('modelCheckpoint', options.tf);
  const improves = improvement(monitor, mode, 0);
  let best = initialValueThreshold;
  let warned = false;

  async function save(epoch: number, logs: EpochLogs, model: LayersModel): Promise<void> {
    registerFileModels(tf, process.cwd());
    await replaceFolder(resolve(fillPattern(folder, epoch, logs)), async (place) => {
      await wholeModel(model).save(`file://${place}`, { includeOptimizer });
    });
  }

  return makeCallback(tf, {
    async onTrainBegin() {
      best = initialValueThreshold;
      if (!folder.includes('{')) await recoverFolder(resolve(folder));
    },
    async onEpochEnd(epoch, logs, model) {
      if (!saveBestOnly) return await save(epoch, logs, model);
      const value = monitored(logs, monitor);
      if (value === undefined) {
        if (!warned) warnFor(options)(missingMonitor('modelCheckpoint', monitor, logs));
        warned = true;
        return;
      }
      if (!improves(value, best)) return;
      best = value;
      await save(epoch, logs, model);
      logFor(options)(`epoch ${epoch + 1}: best ${monitor} so far, model saved`);
    },
  });
}
