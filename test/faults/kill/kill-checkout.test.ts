import { describe, it } from 'vitest';
import { killAtEvery } from './kill-at-every.ts';
import { twoVersions } from './states.ts';
import { CHECKOUT } from './verbs.ts';

const HOURS_MS = 4 * 3_600_000;

describe('kill -9 of a checkout: the store verifies, files are old or new, the next command finishes it', () => {
  it(
    'checkout',
    async () => {
      await killAtEvery('checkout', CHECKOUT, await twoVersions());
    },
    HOURS_MS,
  );
});
