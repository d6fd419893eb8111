import { createRng, seededRandom } from '../../module/random.ts';

/** The numbers below `count` in the order of a pass: Fisher and Yates with a generator of their own for each seed and pass. */
export function imageOrder(count: number, shuffle: { readonly seed: number; readonly epoch: number } | undefined): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  if (shuffle === undefined) return order;
  const { integer } = createRng(seededRandom(shuffle.seed, shuffle.epoch));
  for (let last = count - 1; last > 0; last -= 1) {
    const other = integer(last + 1);
    const moved = order[last] as number;
    order[last] = order[other] as number;
    order[other] = moved;
  }
  return order;
}
