import { MOST_ROWS } from './sort-digests.ts';

/**
 * The numbers from 0 to `count` in the order of their positions in a pack (whole numbers below 2^32); those of one position stay in their
 * order. Sorts doubles made of position and number: ten times faster than comparing.
 */
export function sortedByPosition(count: number, positionOf: (number: number) => number): Uint32Array {
  // More than any pack has rows: the same ones are wanted again and again.
  if (count > MOST_ROWS) return Uint32Array.from({ length: count }, (_, number) => number).sort((a, b) => positionOf(a) - positionOf(b));
  const keys = new Float64Array(count);
  for (let number = 0; number < count; number += 1) keys[number] = positionOf(number) * MOST_ROWS + number;
  keys.sort();
  // Not `Uint32Array.from`: it makes a list of the keys first, with an object for each.
  const order = new Uint32Array(count);
  for (let place = 0; place < count; place += 1) order[place] = (keys[place] as number) % MOST_ROWS;
  return order;
}
