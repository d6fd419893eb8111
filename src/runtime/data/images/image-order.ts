import { createRng, seededRandom } from '../../../core/random/seeded-random.ts';

/** The numbers below `count` in the order of a pass, with a generator of its own for each seed and pass. */
export function imageOrder(count: number, shuffle: { readonly seed: number; readonly epoch: number } | undefined): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  return shuffle === undefined ? order : createRng(seededRandom(shuffle.seed, shuffle.epoch)).shuffle(order);
}
