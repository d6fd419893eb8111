import type { Callback } from '@tensorflow/tfjs';
import { epochLine } from '../../../core/learning/callbacks/epoch-line.ts';
import { checkOptions } from '../../../core/errors/wrong-argument.ts';
import { tensorFlowFor } from '../../api/training-here.ts';
import { makeCallback, type EpochLogs } from './make-callback.ts';
import { logFor, type CallbackOptions } from './options.ts';

/** Short epochs do not flood the log: a line a second, and always the first and the last. */
const LINE_MS = 1000;
/** So few epochs have a line each, however short they are. */
const FEW_EPOCHS = 50;

/** A line an epoch with its metrics, how long it took and how long the rest will. */
export function epochProgress(options: CallbackOptions = {}): Callback {
  checkOptions('epochProgress', options, '{ tf }');
  return makeCallback(tensorFlowFor('epochProgress', options.tf), progressSteps(logFor(options)));
}

export function progressSteps(
  log: (line: string) => void,
): Required<Pick<Parameters<typeof makeCallback>[1], 'onTrainBegin' | 'onEpochEnd' | 'onTrainEnd'>> {
  let [epochs, startMs, epochStartMs, lastLineMs] = [0, 0, 0, -Infinity];
  /** The first that ended: `fitDataset` does not tell callbacks its `initialEpoch`. */
  let firstEpoch: number | undefined;
  let unsaid: string | undefined;
  return {
    onTrainBegin(_model, params) {
      [epochs, startMs, firstEpoch] = [params.epochs, performance.now(), undefined];
      [epochStartMs, lastLineMs, unsaid] = [startMs, -Infinity, undefined];
    },
    onEpochEnd(epoch, logs: EpochLogs) {
      const now = performance.now();
      firstEpoch ??= epoch;
      const time = { epoch, firstEpoch, epochs, epochMs: now - epochStartMs, elapsedMs: now - startMs };
      epochStartMs = now;
      unsaid = epochLine(logs, time);
      if (epochs > FEW_EPOCHS && now - lastLineMs < LINE_MS) return;
      log(unsaid);
      [unsaid, lastLineMs] = [undefined, now];
    },
    onTrainEnd() {
      if (unsaid !== undefined) log(unsaid);
      unsaid = undefined;
    },
  };
}
