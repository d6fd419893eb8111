import { rmSync } from 'node:fs';
import { describe, it } from 'vitest';
import { faults, scratchFolder } from '../lib/index.ts';
import { AppSession } from './app-session.ts';
import { Random } from './random.ts';

/** As in cache-model.test.ts: `MLO_MODEL_SEED=7 MLO_MODEL_STEPS=5000`, `MLO_MODEL_SEEDS=200`. */
const ONE_SEED = process.env['MLO_MODEL_SEED'];
const STEPS = Number(process.env['MLO_MODEL_STEPS'] ?? 300);
const SEEDS =
  ONE_SEED === undefined ? Array.from({ length: Number(process.env['MLO_MODEL_SEEDS'] ?? 3) }, (_, at) => at + 1) : [Number(ONE_SEED)];

describe('add, commit, checkout, gc and verify in any order agree with a plain map of the folder', () => {
  it.each(SEEDS)(
    `seed %i, ${STEPS} steps`,
    async (seed) => {
      const session = new AppSession(scratchFolder(), new Random(seed));
      try {
        for (let step = 0; step < STEPS; step += 1) await session.step();
        await session.end();
      } catch (error) {
        const last = session.log.slice(-40).join('\n');
        throw new Error(`MLO_MODEL_SEED=${seed}, step ${session.log.length}; the last were\n${last}`, { cause: error });
      }
      faults('steps of the model of the verbs', STEPS);
      rmSync(session.root, { recursive: true });
    },
    300_000,
  );
});
