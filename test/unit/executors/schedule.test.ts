import { describe, expect, it } from 'vitest';
import { runPool, type FailurePolicy, type PoolNode, type RunResult, type SkipReason } from '../../../src/executors/local-pool.ts';
import { createSchedule } from '../../../src/executors/schedule.ts';
import { fc } from '../../helpers/properties.ts';

function node(id: string, upstream: readonly string[] = [], cpus = 1): PoolNode {
  return { id, upstream, cpus };
}

interface Outcome {
  readonly started: readonly string[];
  readonly skipped: Readonly<Record<string, SkipReason>>;
  readonly mostAtOnce: number;
  /** Asked for by stages that ran side by side. */
  readonly mostSharedCpus: number;
  /** `+a` start, `~a` slot free, `-a` end. */
  readonly history: readonly string[];
}

interface PoolOptions {
  readonly jobs?: number;
  readonly cpus?: number;
  readonly policy?: FailurePolicy;
  readonly failing?: readonly string[];
  /** Microtask turns that the command of a stage takes. */
  readonly turns?: (id: string) => number;
  /** Turns that a stage takes to be recorded, its slot free; undefined where it keeps its slot to the end. */
  readonly recording?: (id: string) => number | undefined;
  readonly abortAfter?: string;
}

async function pool(order: readonly PoolNode[], options: PoolOptions = {}): Promise<Outcome> {
  const abort = new AbortController();
  const skipped: Record<string, SkipReason> = {};
  const history: string[] = [];
  const now = new Map<string, number>();
  let mostAtOnce = 0;
  let mostSharedCpus = 0;
  await runPool({
    order,
    jobs: options.jobs ?? 1,
    cpus: options.cpus ?? 8,
    policy: options.policy ?? 'fail-fast',
    signal: abort.signal,
    run: async (id, free): Promise<RunResult> => {
      history.push(`+${id}`);
      now.set(id, order.find((each) => each.id === id)?.cpus ?? 1);
      mostAtOnce = Math.max(mostAtOnce, now.size);
      if (now.size > 1)
        mostSharedCpus = Math.max(
          mostSharedCpus,
          [...now.values()].reduce((sum, each) => sum + each, 0),
        );
      for (let turn = options.turns?.(id) ?? 1; turn > 0; turn--) await Promise.resolve();
      now.delete(id);
      const recording = options.recording?.(id);
      if (recording !== undefined) {
        history.push(`~${id}`);
        free();
        for (let turn = recording; turn > 0; turn--) await Promise.resolve();
      }
      history.push(`-${id}`);
      if (id === options.abortAfter) abort.abort();
      return options.failing?.includes(id) === true ? 'failed' : 'ok';
    },
    onSkipped: (id, why) => {
      if (Object.hasOwn(skipped, id)) throw new Error(`${id} was skipped twice`);
      skipped[id] = why;
    },
  });
  return {
    started: history.filter((each) => each.startsWith('+')).map((each) => each.slice(1)),
    skipped,
    mostAtOnce,
    mostSharedCpus,
    history,
  };
}

describe('the pool', () => {
  const diamond = [node('a'), node('b', ['a']), node('c', ['a']), node('d', ['b', 'c'])];

  it('starts a stage when its inputs are ready', async () => {
    const { history } = await pool(diamond, { jobs: 4 });
    expect(history).toEqual(['+a', '-a', '+b', '+c', '-b', '-c', '+d', '-d']);
  });

  it('starts in the given order with one job', async () => {
    expect((await pool([node('z'), node('b', ['y']), node('y'), node('a')])).started).toEqual(['z', 'y', 'b', 'a']);
  });

  it('does not wait for a whole level', async () => {
    const order = [node('slow'), node('fast'), node('after', ['fast'])];
    const { history } = await pool(order, { jobs: 2, turns: (id) => (id === 'slow' ? 50 : 1) });
    expect(history.indexOf('-after')).toBeLessThan(history.indexOf('-slow'));
  });

  it('takes stages outside of it for done', async () => {
    expect((await pool([node('b', ['a', 'a'])])).started).toEqual(['b']);
  });

  it('of nothing ends', async () => {
    expect((await pool([])).started).toEqual([]);
  });

  it('runs a stage that asks for more cpus than there are alone', async () => {
    const { started, mostAtOnce, history } = await pool([node('a'), node('big', [], 64), node('c')], { jobs: 8, cpus: 2 });
    expect(started).toEqual(['a', 'big', 'c']);
    expect(mostAtOnce).toBe(1);
    expect(history.slice(2, 4)).toEqual(['+big', '-big']);
  });

  it('stops starting after a failure, and waits for what runs', async () => {
    const order = [node('bad'), node('good'), node('below', ['bad']), node('free')];
    const { history, skipped } = await pool(order, { jobs: 2, failing: ['bad'], turns: (id) => (id === 'good' ? 20 : 1) });
    expect(history).toEqual(['+bad', '+good', '-bad', '-good']);
    expect(skipped).toEqual({ below: 'blocked', free: 'cancelled' });
  });

  it('keeps going with all that does not need what failed', async () => {
    const order = [node('bad'), node('below', ['bad']), node('further', ['below', 'free']), node('free'), node('last', ['free'])];
    const { started, skipped } = await pool(order, { policy: 'keep-going', failing: ['bad'] });
    expect(started).toEqual(['bad', 'free', 'last']);
    expect(skipped).toEqual({ below: 'blocked', further: 'blocked' });
  });

  it('goes on below a failure where errors are ignored', async () => {
    const { started, skipped } = await pool(diamond, { policy: 'ignore-errors', failing: ['a', 'b'] });
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    expect(skipped).toEqual({});
  });

  it('starts nothing more when it is aborted', async () => {
    const { started, skipped } = await pool(diamond, { jobs: 2, abortAfter: 'a' });
    expect(started).toEqual(['a']);
    expect(skipped).toEqual({ b: 'cancelled', c: 'cancelled', d: 'cancelled' });
  });

  it('passes an unexpected error on after the others have ended', async () => {
    const ended: string[] = [];
    const run = async (id: string): Promise<RunResult> => {
      if (id === 'broken') throw new Error('a fault');
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      ended.push(id);
      return 'ok';
    };
    const request = { order: [node('slow'), node('broken'), node('never')], jobs: 2, cpus: 2, policy: 'keep-going' as const };
    const signal = new AbortController().signal;
    await expect(runPool({ ...request, signal, run, onSkipped: () => {} })).rejects.toThrow('a fault');
    expect(ended).toEqual(['slow']);
  });

  it('starts the next command while a stage is recorded', async () => {
    const order = [node('a'), node('b'), node('below', ['a'])];
    const { history, mostAtOnce } = await pool(order, { recording: (id) => (id === 'a' ? 20 : 0) });
    expect(history).toEqual(['+a', '~a', '+b', '~b', '-b', '-a', '+below', '~below', '-below']);
    expect(mostAtOnce).toBe(1);
  });

  it('lets nothing overtake what waits for a stage that is recorded: the order is that without recording', async () => {
    const order = [node('a'), node('below', ['a']), node('b')];
    const { history } = await pool(order, { recording: (id) => (id === 'a' ? 20 : 0) });
    expect(history.filter((event) => event.startsWith('+'))).toEqual(['+a', '+below', '+b']);
    expect(history.slice(0, 4)).toEqual(['+a', '~a', '-a', '+below']);
  });

  it('blocks what waits for a stage that fails while it is recorded, and goes on with the rest', async () => {
    const order = [node('bad'), node('below', ['bad']), node('b')];
    const { history, skipped } = await pool(order, { failing: ['bad'], recording: (id) => (id === 'bad' ? 20 : 0), policy: 'keep-going' });
    expect(history.filter((event) => event.startsWith('+'))).toEqual(['+bad', '+b']);
    expect(skipped).toEqual({ below: 'blocked' });
  });

  it('frees the cpus of a stage with its slot', async () => {
    const order = [node('a', [], 2), node('b', [], 2)];
    const { history } = await pool(order, { jobs: 2, cpus: 2, recording: () => 20 });
    expect(history.slice(0, 4)).toEqual(['+a', '~a', '+b', '~b']);
  });

  it('waits while more stages are recorded than commands may run', async () => {
    const order = [node('a'), node('b'), node('c')];
    const { history } = await pool(order, { recording: (id) => (id === 'a' ? 20 : 100) });
    expect(history.slice(0, 6)).toEqual(['+a', '~a', '+b', '~b', '-a', '+c']);
  });

  it('stops starting when a stage fails while it is recorded; what started meanwhile goes on', async () => {
    const order = [node('bad'), node('meanwhile'), node('below', ['bad']), node('free')];
    const { history, skipped } = await pool(order, {
      failing: ['bad'],
      turns: (id) => (id === 'meanwhile' ? 30 : 1),
      recording: () => 5,
    });
    expect(history).toEqual(['+bad', '~bad', '+meanwhile', '-bad', '~meanwhile', '-meanwhile']);
    expect(skipped).toEqual({ below: 'blocked', free: 'cancelled' });
  });

  it('takes a slot that is freed twice for a fault', async () => {
    const run = async (_id: string, free: () => void): Promise<RunResult> => {
      await Promise.resolve();
      free();
      free();
      return 'ok';
    };
    const request = { order: [node('a')], jobs: 1, cpus: 1, policy: 'fail-fast' as const, onSkipped: () => {} };
    await expect(runPool({ ...request, signal: new AbortController().signal, run })).rejects.toThrow('has freed its slot before');
  });

  it('holds back smaller stages behind a larger one, so that it gets its turn', async () => {
    const order = [node('a', [], 2), node('large', [], 4), node('b', [], 1)];
    expect((await pool(order, { jobs: 4, cpus: 4 })).history.slice(0, 4)).toEqual(['+a', '-a', '+large', '-large']);
  });
});

const graphs = fc.integer({ min: 1, max: 25 }).chain((size) =>
  fc.array(
    fc.record({
      above: fc.array(fc.nat(size), { maxLength: 4 }),
      cpus: fc.integer({ min: 1, max: 6 }),
      fails: fc.integer({ min: 0, max: 5 }),
      turns: fc.nat(6),
      recording: fc.option(fc.nat(6), { nil: undefined }),
    }),
    {
      minLength: size,
      maxLength: size,
    },
  ),
);

describe('for any graph', () => {
  it('limits are kept, inputs come first, every stage is accounted for once, and only descendants are blocked', async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom<FailurePolicy>('fail-fast', 'keep-going', 'ignore-errors'),
        async (raw, jobs, cpus, policy) => {
          const order = raw.map(({ above, cpus: asked }, index) =>
            node(
              `s${index}`,
              above.filter((each) => each < index).map((each) => `s${each}`),
              asked,
            ),
          );
          const failing = raw.flatMap(({ fails }, index) => (fails === 0 ? [`s${index}`] : []));
          const { started, skipped, mostAtOnce, mostSharedCpus, history } = await pool(order, {
            jobs,
            cpus,
            policy,
            failing,
            turns: (id) => raw[Number(id.slice(1))]?.turns ?? 0,
            recording: (id) => raw[Number(id.slice(1))]?.recording,
          });

          expect(mostAtOnce).toBeLessThanOrEqual(jobs);
          expect(mostSharedCpus).toBeLessThanOrEqual(cpus);
          expect([...started, ...Object.keys(skipped)].sort()).toEqual(order.map(({ id }) => id).sort());
          const early = order.flatMap(({ id, upstream }) =>
            upstream.filter((above) => started.includes(id) && history.indexOf(`-${above}`) > history.indexOf(`+${id}`)),
          );
          expect(early).toEqual([]);
          const failed = failing.filter((id) => started.includes(id) && policy !== 'ignore-errors');
          const skippedAs = (why: SkipReason): string[] => order.map(({ id }) => id).filter((id) => skipped[id] === why);
          expect(skippedAs('blocked')).toEqual([...descendants(order, failed)]);
          expect(policy === 'fail-fast' || skippedAs('cancelled').length === 0).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('with one job the order is the same, however long recording takes', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (raw) => {
        const order = raw.map(({ above }, index) =>
          node(
            `s${index}`,
            above.filter((each) => each < index).map((each) => `s${each}`),
          ),
        );
        const alone = await pool(order, { jobs: 1 });
        const recorded = await pool(order, { jobs: 1, recording: (id) => raw[Number(id.slice(1))]?.recording });
        expect(recorded.started).toEqual(alone.started);
        expect(recorded.mostAtOnce).toBe(1);
      }),
      { numRuns: 200 },
    );
  });

  it('the cost of a stage does not grow with their number', () => {
    const wide = Array.from({ length: 20_000 }, (_, index) => node(`s${index}`, index === 0 ? [] : ['s0']));
    const chain = Array.from({ length: 20_000 }, (_, index) => node(`s${index}`, index === 0 ? [] : [`s${index - 1}`]));
    for (const order of [wide, chain]) {
      const schedule = createSchedule(order, { jobs: 1, cpus: 1, policy: 'fail-fast' });
      let count = 0;
      for (let id = schedule.next(); id !== undefined; id = schedule.next()) {
        schedule.finish(id, 'ok');
        count += 1;
      }
      expect(count).toBe(20_000);
    }
  });
});

function descendants(order: readonly PoolNode[], roots: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const { id, upstream } of order) if (upstream.some((above) => roots.includes(above) || found.has(above))) found.add(id);
  return found;
}
