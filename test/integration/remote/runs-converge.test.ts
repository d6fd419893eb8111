import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchFromRemote, type FetchData } from '../../../src/app/fetch.ts';
import { push, type PushData } from '../../../src/app/push.ts';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import type { Tracking } from '../../../src/tracking/types.ts';
import { createProject, temporaryFolder, type TestProject } from '../../helpers/index.ts';
import { appContext } from '../../helpers/app-context.ts';
import { runId } from '../../contract/tracking/records.ts';
import { Random } from '../../faults/model/random.ts';
import { contentsOf, openStore } from '../../unit/runs/stores.ts';

/** `MLO_FAULTS_FULL=1`: many more. */
const SEEDS = process.env['MLO_FAULTS_FULL'] === '1' ? 40 : 4;
const STEPS = 60;
const MOST_ROUNDS = 8;

const KEYS = ['owner', 'stage', '__proto__', 'é🦄'];
const TEXTS = ['a', 'b', '', 'z'.repeat(40)];
const EXPERIMENTS = ['iris', 'flowers', 'Default'];
const SCOPE = { targets: [], allBranches: false, allTags: false, dry: false, runs: true };

/** A machine with a project of its own, and a clock that may be behind that of the others, and jumps. */
class Machine {
  readonly project: TestProject;
  readonly #letter: string;
  readonly #random: Random;
  #clock: number;
  #count = 0;

  constructor(letter: string, project: TestProject, random: Random) {
    this.#letter = letter;
    this.project = project;
    this.#random = random;
    this.#clock = Date.now() - 1e9 + random.below(3_000);
  }

  edit(): void {
    this.#clock += this.#random.below(40) - 10;
    const store = openStore({ path: this.project.path('.mlo/tracking.db'), now: () => this.#clock });
    try {
      this.#editIn(store);
    } catch (error) {
      // What is refused (a deleted run, a name that is taken) changes nothing.
      if (!(error instanceof MloError)) throw error;
    } finally {
      store.close();
    }
  }

  contents(): { readonly [id: string]: string } {
    const store = openStore({ path: this.project.path('.mlo/tracking.db') });
    try {
      return contentsOf(store);
    } finally {
      store.close();
    }
  }

  /** What was seen so far, and copies of what lies there. */
  forget(): void {
    rmSync(this.project.path('.mlo/state'), { recursive: true, force: true });
  }

  async push(): Promise<PushData> {
    return await push(appContext(this.project.root), SCOPE);
  }

  async fetch(): Promise<FetchData> {
    return await fetchFromRemote(appContext(this.project.root), SCOPE);
  }

  #editIn(store: Tracking): void {
    const random = this.#random;
    const ids = store.exchange.select({ all: true });
    if (ids.length === 0 || random.chance(0.25)) return this.#start(store, ids);
    const id = random.pick(ids);
    const edits: readonly (() => unknown)[] = [
      () => store.setTags(id, { [random.pick(KEYS)]: random.pick(TEXTS) }),
      () => store.edits.setTags(id, new Map([[random.pick(KEYS), random.chance(0.4) ? null : random.pick(TEXTS)]])),
      () => store.edits.rename(id, random.pick(['one', 'two', 'three'])),
      () => store.edits.delete([id], { force: true }),
      () => store.edits.restore([id]),
      () => store.experiments.rename(random.pick(EXPERIMENTS), random.pick(EXPERIMENTS)),
      () => store.experiments.setTags(random.pick(EXPERIMENTS), new Map([[random.pick(KEYS), random.pick(TEXTS)]])),
      () => this.#log(store, id),
    ];
    random.pick(edits)();
    store.flush();
  }

  #start(store: Tracking, ids: readonly string[]): void {
    const random = this.#random;
    this.#count += 1;
    const id = runId(`${this.#letter}${String(this.#count).padStart(4, '0')}`);
    const parentId = ids.length > 0 && random.chance(0.4) ? random.pick(ids) : undefined;
    const place = parentId === undefined ? { experiment: random.pick(EXPERIMENTS) } : { parentId };
    store.startRun({ id, name: 'one', startedMs: this.#clock, ...place, params: { lr: 0.1, depth: [Number.NaN, 1n << 70n] } });
    this.#log(store, id);
    store.finishRun(id, { status: random.pick(['FINISHED', 'FAILED', 'KILLED']), endedMs: this.#clock + 5 });
    store.flush();
  }

  #log(store: Tracking, id: string): void {
    const random = this.#random;
    const count = 1 + random.below(30);
    const draw = (values: readonly number[]): number[] => Array.from({ length: count }, () => random.pick(values));
    const points = { steps: draw([0, 1, 2, 50]), timestampsMs: draw([1, 2, 3]), values: draw([0, -1.5, Number.NaN, Infinity]) };
    store.logBatches(id, [{ name: random.pick(['loss', 'acc']), ...points }]);
  }
}

async function machines(count: number, random: Random): Promise<readonly Machine[]> {
  const remote = join(await temporaryFolder(), 'remote');
  const all: Machine[] = [];
  for (let number = 0; number < count; number += 1) {
    const project = await createProject({ '.mlo/config.yaml': `remotes:\n  origin:\n    url: ${remote}\n` });
    all.push(new Machine('abc'[number] as string, project, random));
  }
  return all;
}

describe('machines that push and fetch', () => {
  it.each(Array.from({ length: SEEDS }, (_, each) => each + 1))(
    'know the same of all runs in the end, whatever was done in which order (seed %i)',
    async (seed) => {
      const random = new Random(seed);
      const all = await machines(2 + (seed % 2), random);
      for (let step = 0; step < STEPS; step += 1) {
        const machine = random.pick(all);
        if (random.chance(0.7)) machine.edit();
        else if (random.chance(0.5)) await machine.push();
        else await machine.fetch();
        if (random.chance(0.03)) machine.forget();
      }
      for (let round = 0, isQuiet = false; !isQuiet; round += 1) {
        expect(round, 'rounds until nobody has anything new').toBeLessThan(MOST_ROUNDS);
        isQuiet = true;
        for (const machine of all) {
          const fetched = await machine.fetch();
          const pushed = await machine.push();
          expect([...(fetched.runs?.damaged ?? []), ...(fetched.runs?.conflicts ?? []), ...(pushed.runs?.damaged ?? [])]).toEqual([]);
          isQuiet &&= (pushed.runs?.sent ?? 0) + (fetched.runs?.added ?? 0) + (fetched.runs?.changed ?? 0) === 0;
        }
      }
      const [first, ...others] = all.map((machine) => machine.contents());
      expect(Object.keys(first ?? {}).length).toBeGreaterThan(3);
      for (const other of others) expect(other).toEqual(first);
      expect(existsSync(join((all[0] as Machine).project.root, '.mlo/state/seen-runs'))).toBe(true);

      const [late] = await machines(1, random);
      rmSync((late as Machine).project.path('.mlo/config.yaml'));
      await (late as Machine).project.write({ '.mlo/config.yaml': await (all[0] as Machine).project.read('.mlo/config.yaml') });
      await (late as Machine).fetch();
      expect((late as Machine).contents()).toEqual(first);
    },
    60_000,
  );
});
