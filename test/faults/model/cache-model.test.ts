import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LinkType } from '../../../src/cache/types.ts';
import { faults, scratchFolder } from '../lib/index.ts';
import { Random } from './random.ts';
import { Session } from './session.ts';

/** `MLO_MODEL_SEED=7 MLO_MODEL_STEPS=5000` runs one seed; `MLO_MODEL_SEEDS=200` more of them. */
const ONE_SEED = process.env['MLO_MODEL_SEED'];
const STEPS = Number(process.env['MLO_MODEL_STEPS'] ?? 300);
const SEEDS =
  ONE_SEED === undefined ? Array.from({ length: Number(process.env['MLO_MODEL_SEEDS'] ?? 3) }, (_, at) => at + 1) : [Number(ONE_SEED)];

const COPY: readonly LinkType[] = ['reflink', 'copy'];
const HARDLINK: readonly LinkType[] = ['hardlink', 'copy'];
const SYMLINK: readonly LinkType[] = ['symlink', 'copy'];

const KINDS: readonly (readonly [name: string, links: readonly (readonly LinkType[])[]])[] = [
  ['copies', [COPY]],
  ['hard links', [HARDLINK]],
  ['symlinks', [SYMLINK]],
  ['copies, hard links and symlinks by turns', [COPY, HARDLINK, SYMLINK]],
];

describe.each(KINDS)('what is done to a folder is always seen and always comes back: %s', (kind, links) => {
  it.each(SEEDS)(
    `seed %i, ${STEPS} steps`,
    async (seed) => {
      const root = scratchFolder();
      const session = new Session({ root, random: new Random(seed * 1000 + kind.length), links, largest: 5_000 });
      try {
        for (let step = 0; step < STEPS; step += 1) await session.step();
        await session.end();
      } catch (error) {
        const last = session.log.slice(-40).join('\n');
        throw new Error(`MLO_MODEL_SEED=${seed}, "${kind}", step ${session.log.length}; the last were\n${last}`, { cause: error });
      }
      faults('steps of the model of a folder', STEPS);
      expect(session.checks).toBeGreaterThan(STEPS / 4);
      rmSync(root, { recursive: true });
    },
    300_000,
  );
});
