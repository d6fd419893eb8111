import { describe, expect, test } from 'vitest';
import { killAlong } from './kill-along.ts';

describe('kill -9 in the middle of a repro', () => {
  test.each(['write', 'ftruncate'] as const)(
    'at every %s: the next repro gives the lock of an undisturbed run',
    async (call) => {
      expect(await killAlong(call, (nth) => nth + 1)).toBeGreaterThan(0);
    },
    240_000,
  );

  // Some 270 calls, most of them by SQLite, whose own tests cover them: every one of the first twelve, then ever fewer, 40 in all.
  test('at pwrite64 all along: the same', async () => {
    expect(await killAlong('pwrite64', (nth) => nth + 1 + Math.floor(nth / 12))).toBeGreaterThan(5);
  }, 240_000);
});
