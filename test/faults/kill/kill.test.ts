import { describe, it } from 'vitest';
import { IS_FULL } from '../lib/is-full.ts';
import { killAtEvery } from './kill-at-every.ts';
import { twoVersions } from './states.ts';
import { ADD, COMMIT, GC } from './verbs.ts';

const HOURS_MS = 4 * 3_600_000;

describe('kill -9, with several threads at work: the store verifies, files are old or new, the next command finishes it', () => {
  it.each([
    ['add', ADD],
    // Writes as add does.
    ...(IS_FULL ? [['commit', COMMIT] as const] : []),
    ['gc', GC],
  ] as const)(
    '%s',
    async (name, verb) => {
      await killAtEvery(name, verb, await twoVersions());
    },
    HOURS_MS,
  );
});
