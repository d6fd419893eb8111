import { describe, expect, it } from 'vitest';
import { MOST_ROWS } from '../../../src/cache/packs/sort-digests.ts';
import { sortedByPosition } from '../../../src/cache/packs/sort-positions.ts';

describe('numbers by their position in a pack', () => {
  it('come in the order of the positions, up to the largest that four bytes can say', () => {
    const positions = [2 ** 32 - 1, 16, 4096, 2 ** 31, 0, 4095];
    expect([...sortedByPosition(positions.length, (number) => positions[number] ?? 0)]).toEqual([4, 1, 5, 2, 3, 0]);
  });

  it('stay in their order where they have one position', () => {
    expect([...sortedByPosition(5, (number) => (number === 3 ? 0 : 2 ** 32 - 1))]).toEqual([3, 0, 1, 2, 4]);
    expect([...sortedByPosition(0, () => 0)]).toEqual([]);
  });

  it('are sorted just so where there are more of them than a pack has rows', () => {
    const count = MOST_ROWS + 3;
    const order = sortedByPosition(count, (number) => (number >= MOST_ROWS ? 0 : 1));
    expect([...order.subarray(0, 5)]).toEqual([MOST_ROWS, MOST_ROWS + 1, MOST_ROWS + 2, 0, 1]);
    expect(order.at(-1)).toBe(MOST_ROWS - 1);
  });
});
