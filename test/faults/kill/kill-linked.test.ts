import { describe, it } from 'vitest';
import type { Call } from '../lib/inject.ts';
import { IS_FULL } from '../lib/is-full.ts';
import { killAtEvery } from './kill-at-every.ts';
import { twoVersions } from './states.ts';
import { ADD, CHECKOUT } from './verbs.ts';

const HOURS_MS = 4 * 3_600_000;
const LINKING: readonly Call[] = IS_FULL ? ['rename', 'link', 'fchmod', 'chmod', 'unlink'] : ['rename', 'link', 'fchmod'];

describe('kill -9 where files are links: the store verifies, files are old or new, the next command finishes it', () => {
  it.each([
    ['add', ADD],
    ['checkout', CHECKOUT],
  ] as const)(
    '%s with hard links',
    async (name, verb) => {
      await killAtEvery(`${name}, hard links`, verb, await twoVersions('cache.link: hardlink\n'), LINKING);
    },
    HOURS_MS,
  );

  it(
    'checkout with hard links of what is in packs',
    async () => {
      const of = await twoVersions('', 'cache.link: hardlink\n');
      await killAtEvery('checkout, hard links of what is in packs', CHECKOUT, of, ['link', 'rename', 'unlink']);
    },
    HOURS_MS,
  );
});
