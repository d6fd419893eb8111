import { expect, it } from 'vitest';
import { MOST_ROWS, sortedByDigest } from '../../../src/cache/packs/sort-digests.ts';

it.each([
  ['as many rows as a pack has', 5],
  ['more rows than a pack has', MOST_ROWS + 3],
])('%s are sorted by digest, and stay in their order where it is the same', (_, count) => {
  const rows = Buffer.alloc(count * 32, 7);
  // The last one comes first, and two differ in the last byte only.
  rows.fill(0, (count - 1) * 32);
  rows[31] = 8;
  const order = sortedByDigest(rows, 32, count);
  expect([...order.subarray(0, 3)]).toEqual([count - 1, 1, 2]);
  expect([...order.subarray(-2)]).toEqual([count - 2, 0]);
});
