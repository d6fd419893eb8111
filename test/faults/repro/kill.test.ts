import { describe, expect, test } from 'vitest';
import { killAlong } from './kill-along.ts';

describe('kill -9 in the middle of a repro', () => {
  test.each(['rename', 'fsync', 'fdatasync', 'unlink', 'mkdir', 'link'] as const)(
    'at every %s: the next repro gives the lock of an undisturbed run',
    async (call) => {
      expect(await killAlong(call, (nth) => nth + 1)).toBeGreaterThan(0);
    },
    240_000,
  );
});
