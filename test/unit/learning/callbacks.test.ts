import { describe, expect, it } from 'vitest';
import { epochLine } from '../../../src/core/learning/callbacks/epoch-line.ts';
import { fillPattern } from '../../../src/core/learning/callbacks/file-pattern.ts';
import { improvement, monitored, type MonitorMode } from '../../../src/core/learning/callbacks/monitor.ts';
import { createPatience } from '../../../src/core/learning/callbacks/patience.ts';
import { createPlateau } from '../../../src/core/learning/callbacks/plateau.ts';
import { fitParams, optimizerParams } from '../../../src/core/learning/fit-params.ts';

interface Stopping {
  readonly values: readonly number[];
  readonly monitor?: string;
  readonly mode?: MonitorMode;
  readonly minDelta?: number;
  readonly patience?: number;
  readonly baseline?: number;
  readonly startFromEpoch?: number;
}

/** The epoch (from 0) that is the last, and the best one. */
function stopsAt({
  values,
  monitor = 'val_loss',
  mode = 'auto',
  minDelta = 0,
  patience = 0,
  baseline,
  startFromEpoch = 0,
}: Stopping): unknown {
  const state = createPatience({ improves: improvement(monitor, mode, minDelta), patience, baseline, startFromEpoch });
  const last = values.findIndex((value, epoch) => state.look(epoch, value).stop);
  return { last, best: state.bestEpoch };
}

describe('early stopping', () => {
  // Worked out by hand from the rule in Keras 3's source.
  it.each<[string, Stopping, unknown]>([
    ['goes on while the loss falls', { values: [3, 2, 1] }, { last: -1, best: 2 }],
    ['stops at the first epoch without improvement', { values: [3, 2, 2, 1] }, { last: 2, best: 1 }],
    ['waits for its patience', { values: [3, 2, 2.5, 2.4, 1], patience: 2 }, { last: 3, best: 1 }],
    ['waits anew after an improvement', { values: [3, 4, 2, 4, 1, 5, 5], patience: 2 }, { last: 6, best: 4 }],
    ['takes less than the delta for none', { values: [3, 2.95, 2.9], minDelta: 0.1, patience: 2 }, { last: 2, best: 0 }],
    ['wants accuracy to rise', { values: [0.5, 0.6, 0.55], monitor: 'val_accuracy' }, { last: 2, best: 1 }],
    ['does as it is told of the direction', { values: [0.5, 0.4, 0.45], monitor: 'accuracy', mode: 'min' }, { last: 2, best: 1 }],
    ['needs the baseline to be beaten for new patience', { values: [5, 4, 3, 2], baseline: 1, patience: 3 }, { last: -1, best: 3 }],
    ['gives up where the baseline is not beaten', { values: [5, 4, 3, 3.5], baseline: 1, patience: 3 }, { last: 3, best: 2 }],
    ['does not look before its first epoch', { values: [1, 2, 3, 2.5, 2.6], startFromEpoch: 2 }, { last: 4, best: 3 }],
    ['never stops after the very first epoch', { values: [Number.NaN, 1] }, { last: -1, best: 1 }],
    ['takes NaN for no improvement', { values: [2, Number.NaN, Number.NaN, 1], patience: 2 }, { last: 2, best: 0 }],
  ])('%s', (_title, stopping, expected) => {
    expect(stopsAt(stopping)).toEqual(expected);
  });
});

interface Plateau {
  readonly values: readonly number[];
  readonly factor?: number;
  readonly patience?: number;
  readonly cooldown?: number;
  readonly minRate?: number;
  readonly minDelta?: number;
}

/** The rate after each epoch, from 1. */
function rates({ values, factor = 0.5, patience = 2, cooldown = 0, minRate = 0, minDelta = 1e-4 }: Plateau): readonly number[] {
  const next = createPlateau({ improves: improvement('val_loss', 'auto', minDelta), factor, patience, cooldown, minRate });
  let rate = 1;
  return values.map((value) => (rate = next(value, rate) ?? rate));
}

describe('reducing the learning rate on a plateau', () => {
  it.each<[string, Plateau, readonly number[]]>([
    ['leaves it while the loss falls', { values: [3, 2, 1] }, [1, 1, 1]],
    ['halves it after the patience, again and again', { values: [3, 3, 3, 3, 3, 3] }, [1, 1, 0.5, 0.5, 0.25, 0.25]],
    ['takes a tiny improvement for none', { values: [3, 2.99995, 2.9999], patience: 2 }, [1, 1, 0.5]],
    ['does not count while it cools down', { values: [3, 3, 3, 3, 3, 3, 3], cooldown: 2 }, [1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]],
    ['stays at the least rate', { values: [3, 3, 3, 3, 3], patience: 1, minRate: 0.3 }, [1, 0.5, 0.3, 0.3, 0.3]],
    ['counts NaN as no improvement', { values: [3, Number.NaN, Number.NaN] }, [1, 1, 0.5]],
  ])('%s', (_title, plateau, expected) => {
    expect(rates(plateau)).toEqual(expected);
  });

  it('refuses a factor that would not reduce it', () => {
    expect(() => rates({ values: [], factor: 1 })).toThrow('factor must be between 0 and 1, found 1');
  });
});

describe('names', () => {
  it('that say nothing of a direction are refused, as Keras does', () => {
    expect(() => improvement('val_wobble', 'auto', 0)).toThrow(
      "the name 'val_wobble' does not say whether more is better: give mode: 'max' or mode: 'min'",
    );
    expect(improvement('val_wobble', 'max', 0)(2, 1)).toBe(true);
    expect(() => improvement('loss', 'up' as never, 0)).toThrow('mode must be auto, min or max');
  });

  it('finds accuracy under the name of TensorFlow.js and under that of Keras', () => {
    expect(monitored({ val_acc: 0.5 }, 'val_accuracy')).toBe(0.5);
    expect(monitored({ accuracy: 0.5 }, 'acc')).toBe(0.5);
    expect(monitored({ loss: 1 }, 'val_loss')).toBeUndefined();
  });

  it('says what fit was called with as MLflow does', () => {
    expect(fitParams('fit', { epochs: 4, classWeight: { 0: 2 } })).toMatchObject({ epochs: 4, batch_size: 32, class_weight: { 0: 2 } });
    expect(fitParams('fitDataset', { epochs: 4, batchesPerEpoch: 9 })).toMatchObject({ epochs: 4, steps_per_epoch: 9 });
    expect(optimizerParams('Momentum', { learningRate: 0.1, momentum: 0.9, useNesterov: true })).toEqual({
      opt_name: 'Momentum',
      opt_learning_rate: 0.1,
      opt_momentum: 0.9,
      opt_nesterov: true,
    });
    expect(optimizerParams('Adam', { beta1: 0.9 })).toEqual({ opt_name: 'Adam', opt_beta_1: 0.9 });
  });

  it('fills the placeholders of a file name as Keras does', () => {
    expect(fillPattern('m/{epoch:03d}-{val_loss:.2f}-{val_accuracy}', 4, { val_loss: 0.126, val_acc: 0.5 })).toBe('m/005-0.13-0.5');
    expect(() => fillPattern('{val_loss}', 0, { loss: 1 })).toThrow('asks for val_loss, but the epoch has loss');
  });
});

describe('the line of an epoch', () => {
  it.each([
    [
      { epoch: 2, firstEpoch: 0, epochs: 10, epochMs: 1234, elapsedMs: 3600 },
      'epoch 3/10: loss 0.1235, val_accuracy 1 (1.2 s, 8.4 s left)',
    ],
    [{ epoch: 9, firstEpoch: 0, epochs: 10, epochMs: 34, elapsedMs: 400 }, 'epoch 10/10: loss 0.1235, val_accuracy 1 (0.03 s)'],
    [
      { epoch: 5, firstEpoch: 5, epochs: 305, epochMs: 60_000, elapsedMs: 60_000 },
      'epoch 6/305: loss 0.1235, val_accuracy 1 (60 s, 4 h 59 min left)',
    ],
  ])('%j', (time, expected) => {
    expect(epochLine({ loss: 0.123456, val_acc: 1 }, time)).toBe(expected);
  });

  it('is no longer where the numbers are', () => {
    const time = { epoch: 0, firstEpoch: 0, epochs: 1, epochMs: 34, elapsedMs: 400 };
    const logs = { loss: 2.4872824372634884e36, val_loss: -123456789, count: 1234, bad: Infinity };
    expect(epochLine(logs, time)).toBe('epoch 1/1: loss 2.487e+36, val_loss -1.235e+8, count 1234, bad Infinity (0.03 s)');
  });
});
