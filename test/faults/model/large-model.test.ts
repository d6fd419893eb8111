import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faults, scratchFolder } from '../lib/index.ts';
import type { ModelFolder } from './model-tree.ts';
import { Random } from './random.ts';
import { Session } from './session.ts';

const ONE_SEED = process.env['MLO_MODEL_SEED'];
const STEPS = Number(process.env['MLO_MODEL_STEPS'] ?? 50);
const SEEDS =
  ONE_SEED === undefined ? Array.from({ length: Number(process.env['MLO_MODEL_SEEDS'] ?? 2) }, (_, at) => at + 1) : [Number(ONE_SEED)];
/** More than two parts of a folder. */
const MANY = 4_500;

/** Workers that were started: the test is about several threads. */
let workers = 0;
const count = (): void => void (workers += 1);
beforeEach(() => void process.on('worker', count));
afterEach(() => void process.off('worker', count));

describe('the same with folders so large that several threads look at their parts', () => {
  it.each(SEEDS)(
    `seed %i, ${STEPS} steps`,
    async (seed) => {
      const random = new Random(seed);
      const session = new Session({ root: scratchFolder(), random, links: [['reflink', 'copy']], largest: 5_000 });
      session.fill((folder, data) => fill(folder, data, random));
      workers = 0;
      try {
        await session.commit();
        for (let step = 0; step < STEPS; step += 1) await session.step();
        await session.end();
      } catch (error) {
        throw new Error(`MLO_MODEL_SEED=${seed}, step ${session.log.length}; the last were\n${session.log.slice(-40).join('\n')}`, {
          cause: error,
        });
      }
      expect(workers).toBeGreaterThan(0);
      faults('steps of the model of a large folder', STEPS);
      rmSync(session.root, { recursive: true });
    },
    300_000,
  );
});

function fill(model: ModelFolder, data: string, random: Random): void {
  for (const name of ['large', 'b', 'c', 'd']) {
    mkdirSync(join(data, name));
    const names: ModelFolder['names'] = new Map();
    for (let each = 0; each < (name === 'large' ? MANY : 500); each += 1) {
      const bytes = random.bytes(random.below(60));
      writeFileSync(join(data, name, `${each}`), bytes);
      names.set(`${each}`, { kind: 'file', bytes, exec: false });
    }
    model.names.set(name, { kind: 'folder', names });
  }
}
