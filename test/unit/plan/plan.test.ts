import { describe, expect, test } from 'vitest';
import { plan } from '../../../src/core/plan/plan.ts';
import { PlanWorld } from '../../helpers/plan-world.ts';
import { stage } from '../../helpers/stages.ts';
import { fc } from '../../helpers/properties.ts';

function chain(): PlanWorld {
  const world = new PlanWorld([
    stage('prepare', { deps: ['raw'], outs: ['clean'] }),
    stage('train', { deps: ['clean'], outs: ['model'], params: ['lr'] }),
    stage('evaluate', { deps: ['model'], outs: ['report'] }),
  ]);
  world.files.set('raw', 'raw data');
  world.params['lr'] = 0.1;
  return world;
}

describe('planning', () => {
  test('a stage without a lock entry runs, and what reads its outs will too', () => {
    const plans = chain().plan();
    expect(plans.map((each) => each.state)).toEqual(['run', 'run', 'run']);
    expect(plans[0]?.reasons).toEqual([{ kind: 'new' }]);
    expect(plans[1]?.reasons).toEqual([{ kind: 'upstream', key: 'prepare' }]);
  });

  test('case 1: nothing changed, nothing runs', () => {
    const world = chain();
    world.repro();
    expect(world.states()).toEqual({ prepare: 'unchanged', train: 'unchanged', evaluate: 'unchanged' });
  });

  test('case 3: a listed param re-runs its stage, with the old and the new value as the reason', () => {
    const world = chain();
    world.repro();
    world.params['lr'] = 0.2;
    const [prepare, train] = world.plan();
    expect(prepare?.state).toBe('unchanged');
    expect(train?.reasons).toEqual([{ kind: 'param', key: 'params.yaml:lr', old: 0.1, new: 0.2 }]);
  });

  test('case 2: a param that no stage lists changes nothing', () => {
    const world = chain();
    world.repro();
    world.params['other'] = 1;
    expect(Object.values(world.states())).toEqual(['unchanged', 'unchanged', 'unchanged']);
  });

  test('case 4: a value that was seen before is restored, all the way down', () => {
    const world = chain();
    world.repro();
    world.params['lr'] = 0.2;
    world.repro();
    expect(world.executed).toEqual(['train', 'evaluate']);
    world.params['lr'] = 0.1;
    expect(world.states()).toEqual({ prepare: 'unchanged', train: 'restore', evaluate: 'restore' });
  });

  test('case 5 and 6: an out that is gone or edited by hand is restored', () => {
    const world = chain();
    world.repro();
    world.files.delete('clean');
    world.files.set('model', 'edited');
    expect(world.states()).toEqual({ prepare: 'restore', train: 'restore', evaluate: 'unchanged' });
  });

  test('an out that is gone and not in the cache makes the stage run', () => {
    const world = chain();
    world.repro();
    world.files.delete('clean');
    world.stored.clear();
    expect(world.states()).toMatchObject({ prepare: 'run', train: 'run' });
  });

  test('case 7: a lost lock is found again in the run-cache', () => {
    const world = chain();
    world.repro();
    world.locked.clear();
    expect(Object.values(world.states())).toEqual(['restore', 'restore', 'restore']);
    expect(Object.values(world.states({ runCache: false }))).toEqual(['run', 'run', 'run']);
  });

  test('case 8: a command that differs in spaces only is another command', () => {
    const world = chain();
    world.repro();
    world.stages = world.stages.map((each) =>
      each.name === 'train' ? { ...each, action: { kind: 'cmd', commands: ['make  train'], text: 'make  train' } } : each,
    );
    expect(world.plan()[1]?.reasons).toEqual([{ kind: 'cmd', old: 'make train', new: 'make  train' }]);
  });

  test('case 9: the order of deps, outs and params does not matter', () => {
    const world = new PlanWorld([stage('a', { deps: ['x', 'y'], outs: ['o', 'p'], params: ['k', 'l'] })]);
    world.files.set('x', '1').set('y', '2');
    Object.assign(world.params, { k: 1, l: 2 });
    world.repro();
    world.stages = [stage('a', { deps: ['y', 'x'], outs: ['p', 'o'], params: ['l', 'k'] })];
    expect(world.states()).toEqual({ a: 'unchanged' });
  });

  test('case 10: a new dep and a new out make a stage run', () => {
    const world = chain();
    world.files.set('extra', '');
    world.repro();
    world.stages = world.stages.map((each) =>
      each.name === 'prepare' ? stage('prepare', { deps: ['raw', 'extra'], outs: ['clean'] }) : each,
    );
    expect(world.states()['prepare']).toBe('run');
    world.stages = world.stages.map((each) =>
      each.name === 'prepare' ? stage('prepare', { deps: ['raw'], outs: ['clean', 'more'] }) : each,
    );
    expect(world.plan()[0]?.reasons).toEqual([{ kind: 'out', path: 'more', new: 'declared' }]);
  });

  test('case 13: metrics become outs, or outs plots, without a run', () => {
    const world = chain();
    world.repro();
    world.stages = world.stages.map((each) =>
      each.name === 'evaluate' ? stage('evaluate', { deps: ['model'], outs: [{ path: 'report', kind: 'metric' }] }) : each,
    );
    expect(world.states()['evaluate']).toBe('unchanged');
  });

  test('case 14: a stage with neither deps nor outs always runs', () => {
    const world = new PlanWorld([stage('callback')]);
    world.repro();
    expect(world.plan()[0]).toMatchObject({ state: 'run', reasons: [{ kind: 'no-deps-no-outs' }] });
  });

  test('case 15: always_changed runs each time and never comes from the run-cache', () => {
    const world = new PlanWorld([stage('a', { outs: ['o'], alwaysChanged: true })]);
    world.repro();
    expect(world.states()).toEqual({ a: 'run' });
  });

  test('case 16: a frozen stage does not run though its dep changed; with a missing out it is blocked', () => {
    const world = chain();
    world.repro();
    world.stages = world.stages.map((each) => (each.name === 'train' ? { ...each, frozen: true } : each));
    world.files.set('raw', 'other data');
    expect(world.states()).toEqual({ prepare: 'run', train: 'unchanged', evaluate: 'unchanged' });
    world.files.delete('model');
    world.stored.clear();
    expect(world.plan().find((each) => each.stage.name === 'train')).toMatchObject({
      state: 'blocked',
      reasons: [{ kind: 'frozen' }, { kind: 'missing-data', path: 'model' }],
    });
  });

  test('case 18: a stage with an uncached out is not in the run-cache, one with an uncached metric is', () => {
    for (const [kind, expected] of [
      ['out', 'run'],
      ['metric', 'restore'],
    ] as const) {
      const world = new PlanWorld([stage('a', { deps: ['x'], outs: [{ path: 'o', kind, cache: false }] })]);
      world.files.set('x', '1');
      world.repro();
      world.locked.clear();
      expect(world.states()).toEqual({ a: expected });
    }
  });

  test('case 21: with --allow-missing, missing data whose lock is consistent is no reason to run', () => {
    const world = chain();
    world.repro();
    for (const path of ['raw', 'clean', 'model', 'report']) world.files.delete(path);
    world.stored.clear();
    expect(Object.values(world.states({ allowMissing: true }))).toEqual(['unchanged', 'unchanged', 'unchanged']);
    const prepare = world.locked.get('prepare');
    world.locked.set('prepare', { ...prepare, outs: { clean: { ...prepare?.outs?.['clean'], digest: 'f'.repeat(64), size: 1 } as never } });
    expect(world.states({ allowMissing: true })['train']).toBe('blocked');
  });

  test('case 40: a dep that nobody has blocks the stage and those after it', () => {
    const world = chain();
    world.files.delete('raw');
    expect(world.plan().map((each) => [each.state, each.reasons[0]?.kind])).toEqual([
      ['blocked', 'missing-dep'],
      ['blocked', 'upstream-blocked'],
      ['blocked', 'upstream-blocked'],
    ]);
  });

  test('--force runs every stage; what is forced alone runs, told by itself and the plans before it', () => {
    const world = chain();
    world.repro();
    const forced = [{ kind: 'forced' }];
    expect(world.plan({ force: true })).toMatchObject(Array.from({ length: 3 }, () => ({ state: 'run', reasons: forced })));
    const plans = plan({
      ...world.request(),
      forced: ({ name }, before) => name === 'train' && before.get('prepare')?.state === 'unchanged' && before.size === 1,
    });
    expect(plans).toMatchObject([
      { state: 'unchanged' },
      { state: 'run', reasons: forced },
      { state: 'run', reasons: [{ kind: 'upstream', key: 'train' }] },
    ]);
  });

  test('a re-run that gives the same out does not run those after it', () => {
    const world = new PlanWorld([stage('count', { deps: ['raw'], outs: ['n'] }), stage('use', { deps: ['n'], outs: ['u'] })]);
    world.files.set('raw', 'x');
    world.repro();
    const before = world.files.get('n') as string;
    world.files.set('raw', 'y');
    world.repro();
    expect(world.executed).toEqual(['count', 'use']);
    world.files.set('n', before);
    world.files.set('raw', 'x');
    world.repro();
    expect(world.executed).toEqual([]);
  });

  test('property: a stage runs if and only if something it depends on, or nothing but itself, has changed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 9 }),
        fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
        fc.array(fc.nat(30), { minLength: 1, maxLength: 6 }),
        (size, bits, edits) => {
          const dag = Array.from({ length: size }, (_, index) => {
            const deps = Array.from({ length: index }, (__, before) => before).filter(
              (before) => ((bits[(index * 7 + before) % 40] as number) & 1) === 1,
            );
            return stage(`s${index}`, {
              deps: [`in${index}`, ...deps.map((before) => `o${before}`)],
              outs: [`o${index}`],
              params: [`p${index}`],
            });
          });
          const world = new PlanWorld(dag);
          for (let index = 0; index < size; index += 1) {
            world.files.set(`in${index}`, 'v0');
            world.params[`p${index}`] = 0;
          }
          world.repro();
          expect(world.executed).toHaveLength(size);
          edits.forEach((edit, round) => {
            const index = edit % size;
            const touched = new Set([index]);
            if (edit % 2 === 0) world.files.set(`in${index}`, `v${round + 1}`);
            else world.params[`p${index}`] = round + 1;
            for (const each of dag) {
              if (each.deps.some((dep) => dep.path.startsWith('o') && touched.has(Number(dep.path.slice(1)))))
                touched.add(Number(each.name.slice(1)));
            }
            world.repro();
            expect(new Set(world.executed.map((name) => Number(name.slice(1))))).toEqual(touched);
            expect(Object.values(world.states()).every((state) => state === 'unchanged')).toBe(true);
          });
        },
      ),
      { numRuns: 150 },
    );
  });
});
