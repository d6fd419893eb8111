import { copyFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import type { Digest } from '../../../src/core/content.ts';
import type { Tracking } from '../../../src/tracking/types.ts';
import { Random } from '../../faults/model/random.ts';
import { runId } from '../../contract/tracking/records.ts';
import { contentsOf, exported, imported, openStore, storePath } from './stores.ts';

/** `MLO_FAULTS_FULL=1`: many more. */
const SEEDS = process.env['MLO_FAULTS_FULL'] === '1' ? 60 : 8;

const KEYS = ['owner', 'stage', '__proto__', 'é🦄'];
const TEXTS = ['a', 'b', '', 'z'.repeat(40), "'; DROP TABLE runs; --"];
const EXPERIMENTS = ['iris', 'flowers', 'Default', 'old'];

/** One of two machines: a store, and a clock that may be behind that of the other, and jumps. */
class Machine {
  readonly store: Tracking;
  readonly path: string;
  readonly #random: Random;
  #clock: number;
  #count = 0;
  readonly #letter: string;

  constructor(letter: string, random: Random) {
    this.#letter = letter;
    this.#random = random;
    this.#clock = 1_000 + random.below(3_000);
    this.path = storePath();
    this.store = openStore({ path: this.path, now: () => this.#clock });
  }

  edit(): void {
    const random = this.#random;
    this.#clock += random.below(40) - 10;
    const ids = this.store.exchange.select({ all: true });
    if (ids.length === 0 || random.chance(0.15)) return this.#start(ids);
    const id = random.pick(ids);
    const edits: readonly (() => unknown)[] = [
      () => this.store.setTags(id, { [random.pick(KEYS)]: random.pick(TEXTS) }),
      () => this.store.edits.setTags(id, new Map([[random.pick(KEYS), random.chance(0.4) ? null : random.pick(TEXTS)]])),
      () => this.store.edits.rename(id, random.pick(['one', 'two', 'three'])),
      () => this.store.edits.delete([id], { force: true }),
      () => this.store.edits.restore([id]),
      () => this.store.experiments.rename(random.pick(EXPERIMENTS), random.pick(EXPERIMENTS)),
      () => this.store.experiments.delete(random.pick(EXPERIMENTS), { force: true }),
      () => this.store.experiments.restore(random.pick(EXPERIMENTS)),
      () => this.store.experiments.setTags(random.pick(EXPERIMENTS), new Map([[random.pick(KEYS), random.pick(TEXTS)]])),
      () => this.#log(id),
      () => this.#log(id),
      () =>
        this.store.finishRun(id, {
          status: random.pick(['FINISHED', 'FAILED', 'KILLED']),
          endedMs: this.#clock,
          reason: random.pick(TEXTS),
        }),
    ];
    try {
      random.pick(edits)();
      this.store.flush();
    } catch (error) {
      // What is refused (a deleted run, a name that is taken) changes nothing.
      if (!(error instanceof MloError)) throw error;
    }
  }

  #start(ids: readonly string[]): void {
    const random = this.#random;
    const parentId = ids.length > 0 && random.chance(0.5) ? random.pick(ids) : undefined;
    this.#count += 1;
    const id = runId(`${this.#letter}${String(this.#count).padStart(4, '0')}`);
    const experiment = parentId === undefined ? { experiment: random.pick(EXPERIMENTS) } : { parentId };
    this.store.startRun({
      id,
      name: 'one',
      startedMs: this.#clock,
      ...experiment,
      params: { lr: 0.1, [random.pick(KEYS)]: [Number.NaN, 1n << 70n] },
    });
    this.store.flush();
  }

  #log(id: string): void {
    const random = this.#random;
    const count = 1 + random.below(30);
    const draw = (values: readonly number[]): number[] => Array.from({ length: count }, () => random.pick(values));
    this.store.logBatches(id, [
      {
        name: random.pick(['loss', 'acc']),
        steps: draw([0, 1, 2, 3, 50, -7]),
        timestampsMs: draw([1, 2, 3]),
        values: draw([0, 1, -1.5, Number.NaN, Infinity, -Infinity, 1e-300]),
      },
    ]);
    const digest = random.pick(['a', 'b', 'c']).repeat(64) as Digest;
    this.store.logArtifact(id, random.pick(['model', "it's", 'a/b']), { digest, size: 3, kind: 'file' });
    this.store.logInputs(id, [{ name: random.pick(['data', 'more']), digest, context: '', sourceType: 'mlo', source: 'data' }]);
    this.store.logParams(id, { [random.pick(['seed', 'depth'])]: 7 });
    this.store.logModel(id, {
      id: `m-${id}`,
      name: 'net',
      path: 'model',
      modelType: '',
      status: random.pick(['PENDING', 'READY']),
      createdMs: 5,
    });
  }

  /** A second handle on a copy of the store as it is now. */
  copy(): Tracking {
    this.store.flush();
    const path = storePath();
    for (const end of ['', '-wal']) copyFileSync(this.path + end, path + end);
    return openStore({ path, now: () => this.#clock });
  }
}

async function send(from: Tracking, to: Tracking, ids: readonly string[]): Promise<void> {
  for (const run of await imported(to, ids.map((id) => exported(from, id)).join(''))) expect(run.conflicts).toEqual([]);
}

/** Tags of an experiment that had no runs travel with the first run that it gets, one exchange later. */
async function exchange(one: Tracking, other: Tracking, random: Random): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await send(one, other, everything(one, random));
    await send(other, one, everything(other, random));
  }
}

const everything = (store: Tracking, random: Random): readonly string[] =>
  store.exchange
    .select({ all: true })
    .map((id) => ({ id, at: random.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ id }) => id);

describe('two stores that exchange their runs', () => {
  it.each(Array.from({ length: SEEDS }, (_, each) => each + 1))(
    'hold the same in the end, whatever was done and sent in which order (%i)',
    async (seed) => {
      const random = new Random(seed);
      const [a, b] = [new Machine('a', random), new Machine('b', random)];
      for (let round = 0; round < 120; round += 1) {
        (random.chance(0.5) ? a : b).edit();
        if (random.chance(0.08)) {
          const [from, to] = random.chance(0.5) ? [a, b] : [b, a];
          await send(
            from.store,
            to.store,
            everything(from.store, random).filter(() => random.chance(0.5)),
          );
        }
      }
      const [copyOfA, copyOfB] = [a.copy(), b.copy()];
      await exchange(a.store, b.store, random);
      const ended = contentsOf(a.store);
      expect(contentsOf(b.store)).toEqual(ended);

      await exchange(copyOfB, copyOfA, random);
      expect(contentsOf(copyOfA)).toEqual(ended);
      expect(contentsOf(copyOfB)).toEqual(ended);

      const third = openStore();
      await send(b.store, third, everything(b.store, random));
      expect(contentsOf(third)).toEqual(ended);
      for (const run of await imported(third, Object.values(ended).join(''))) expect(run.outcome).toBe('unchanged');
      expect(Object.keys(ended).length).toBeGreaterThan(5);
      for (const store of [a.store, b.store, copyOfA, copyOfB, third]) store.close();
    },
  );
});
