import type { Improves } from './monitor.ts';

export interface PatienceOptions {
  readonly improves: Improves;
  /** Epochs without improvement before training stops. */
  readonly patience: number;
  /** A value that must be beaten, or training stops after `patience` epochs. */
  readonly baseline: number | undefined;
  readonly startFromEpoch: number;
}

/** What an epoch means: whether it is the best so far, and whether it is the last. */
interface Verdict {
  readonly best: boolean;
  readonly stop: boolean;
}

export interface Patience {
  look(epoch: number, value: number): Verdict;
  readonly best: number | undefined;
  readonly bestEpoch: number | undefined;
}

/** Keras's EarlyStopping (3.x): epochs count from 0, and the very first one never stops. NaN is no improvement. */
export function createPatience({ improves, patience, baseline, startFromEpoch }: PatienceOptions): Patience {
  let wait = 0;
  let best: number | undefined;
  let bestEpoch: number | undefined;
  return {
    get best() {
      return best;
    },
    get bestEpoch() {
      return bestEpoch;
    },
    look(epoch, value) {
      if (epoch < startFromEpoch) return { best: false, stop: false };
      wait += 1;
      if (improves(value, best)) {
        [best, bestEpoch] = [value, epoch];
        // Patience starts anew only where the baseline is beaten as well.
        if (baseline === undefined || improves(value, baseline)) wait = 0;
        return { best: true, stop: false };
      }
      return { best: false, stop: wait >= patience && epoch > 0 };
    },
  };
}
