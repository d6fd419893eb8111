import { argumentError, describeValue } from '../../errors/wrong-argument.ts';
import type { Improves } from './monitor.ts';

export interface PlateauOptions {
  readonly improves: Improves;
  /** New rate = rate x factor. */
  readonly factor: number;
  /** Epochs without improvement before the rate is reduced. */
  readonly patience: number;
  /** Epochs after a reduction that do not count. */
  readonly cooldown: number;
  readonly minRate: number;
}

/** Keras's ReduceLROnPlateau (3.x): gives the new learning rate after an epoch; undefined where it stays. */
export function createPlateau({
  improves,
  factor,
  patience,
  cooldown,
  minRate,
}: PlateauOptions): (value: number, rate: number) => number | undefined {
  if (!(factor > 0 && factor < 1))
    throw argumentError(`factor must be between 0 and 1, found ${describeValue(factor)}: the rate is multiplied by it`);
  let best: number | undefined;
  let wait = 0;
  let cooling = 0;
  return (value, rate) => {
    if (cooling > 0) {
      cooling -= 1;
      wait = 0;
    }
    if (improves(value, best)) {
      best = value;
      wait = 0;
      return undefined;
    }
    if (cooling > 0) return undefined;
    wait += 1;
    if (wait < patience || rate <= minRate) return undefined;
    cooling = cooldown;
    wait = 0;
    return Math.max(rate * factor, minRate);
  };
}
