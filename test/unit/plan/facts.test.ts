import { describe, expect, it } from 'vitest';
import type { Content, Digest } from '../../../src/core/content.ts';
import { buildGraph } from '../../../src/core/graph/build.ts';
import type { LockEntry } from '../../../src/core/lock/types.ts';
import type { StageFacts } from '../../../src/core/plan/decide.ts';
import { stageFacts, type Observation } from '../../../src/core/plan/facts.ts';
import type { StagePlan } from '../../../src/core/plan/types.ts';
import type { Stage } from '../../../src/core/stage.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { stage } from '../../helpers/stages.ts';

const digest = (letter: string): Digest => letter.repeat(64) as Digest;
const file = (letter: string): Content => ({ digest: digest(letter), size: 1, kind: 'file' });
const TREE = { digest: digest('7'), size: 2, kind: 'tree', files: 2 } as const;

type Made = Pick<StagePlan, 'state'> & { readonly outs?: LockEntry['outs'] };

/** What is known of the last of the stages, after plans of those before it. */
function facts(stages: readonly Stage[], plans: { readonly [name: string]: Made }, seen: Partial<Observation> = {}): StageFacts {
  const byName = new Map(stages.map((each) => [each.address, each]));
  const observation: Observation = {
    outs: new Map(),
    deps: new Map(),
    locked: new Map(),
    params: () => ({}),
    inside: () => undefined,
    hash: hashBytes,
    stageApi: 1,
    allowMissing: false,
    ...seen,
  };
  const made = Object.entries(plans).map(([name, { state, outs }]): [string, StagePlan] => [
    name,
    { stage: byName.get(name) as Stage, state, reasons: [], ...(outs === undefined ? {} : { entry: { outs } }) },
  ]);
  return stageFacts(stages.at(-1) as Stage, buildGraph(stages), new Map(made), observation);
}

const MAKE = stage('make', { outs: ['data'] });
const MORE = stage('more', { outs: ['sub/b'] });
const READ = stage('read', { deps: ['data'], outs: ['model'] });

describe('a dep that a stage before makes', () => {
  it('is unknown while that stage runs, though an old one lies here', () => {
    const deps = new Map([['data', file('a')]]);
    expect(facts([MAKE, READ], { make: { state: 'run' } }, { deps })).toMatchObject({
      declared: undefined,
      pending: [{ kind: 'upstream', key: 'make' }],
    });
    expect(facts([MAKE, READ], { make: { state: 'blocked' } }, { deps }).pending).toEqual([{ kind: 'upstream-blocked', key: 'make' }]);
  });

  it('is what that stage had, where it is restored', () => {
    const found = facts(
      [MAKE, READ],
      { make: { state: 'restore', outs: { data: { digest: digest('b'), size: 1 } } } },
      {
        deps: new Map([['data', file('a')]]),
      },
    );
    expect(found.declared?.deps).toEqual({ data: { digest: digest('b'), size: 1 } });
    expect([found.pending, found.absent]).toEqual([[], []]);
  });

  it('is what lies in the tree that is restored', () => {
    const read = stage('read', { deps: ['data/x/y'] });
    const asked: unknown[] = [];
    const inside: Observation['inside'] = (tree, path) => {
      asked.push([tree.digest, path]);
      return path === 'x/y' ? file('c') : undefined;
    };
    const found = facts([MAKE, read], { make: { state: 'restore', outs: { data: TREE } } }, { inside });
    expect(asked).toEqual([[TREE.digest, 'x/y']]);
    // It is not here yet, but will be: nothing stands in the way.
    expect([found.pending, found.absent]).toEqual([[], []]);
    expect(found.declared?.deps).toEqual({ 'data/x/y': { digest: digest('c'), size: 1 } });
  });

  it('is unknown where the tree cannot be looked into, and the reason names the dep', () => {
    const read = stage('read', { deps: ['data/x', 'data/y'] });
    const found = facts([MAKE, read], { make: { state: 'restore', outs: { data: TREE } } });
    expect(found).toMatchObject({ declared: undefined, pending: [{ kind: 'upstream', path: 'data/x' }] });
    expect(found.pending).toHaveLength(1);
  });

  it('is what lies here where it comes from several that are restored, or is a symlink', () => {
    const both = [stage('make', { outs: ['sub/a'] }), MORE, stage('read', { deps: ['sub'] })];
    const restored = (letter: string, path: string): Made => ({ state: 'restore', outs: { [path]: { digest: digest(letter), size: 1 } } });
    const plans = { make: restored('a', 'sub/a'), more: restored('b', 'sub/b') };
    expect(facts(both, plans, { deps: new Map([['sub', file('d')]]) }).declared?.deps?.['sub']?.digest).toBe(digest('d'));
    expect(facts(both, plans).pending).toEqual([{ kind: 'upstream', path: 'sub' }]);
    expect(facts(both, { ...plans, more: { state: 'run' } }, { deps: new Map([['sub', file('d')]]) }).declared).toBeUndefined();
    const link: Made = { state: 'restore', outs: { data: { digest: digest('e'), size: 1, kind: 'symlink' } } };
    expect(facts([MAKE, READ], { make: link }, { deps: new Map([['data', file('d')]]) }).declared?.deps?.['data']?.digest).toBe(
      digest('d'),
    );
  });

  it('is not made by what is unchanged', () => {
    const found = facts([MAKE, READ], { make: { state: 'unchanged', outs: { data: { digest: digest('b'), size: 1 } } } });
    expect(found.pending).toEqual([{ kind: 'missing-dep', path: 'data' }]);
  });
});

describe('a dep that is gone', () => {
  const locked = new Map<string, LockEntry>([
    ['read', { deps: { data: { digest: digest('a'), size: 1 }, 's3://b/k': { digest: digest('9'), size: 1 } } }],
    ['make', { outs: { data: TREE } }],
  ]);

  it('blocks, however much a lock knows of it', () => {
    expect(facts([READ], {}, { locked })).toMatchObject({ pending: [{ kind: 'missing-dep', path: 'data' }], declared: undefined });
  });

  it('with --allow-missing is what the stage last read, or what its maker says it is, and is told', () => {
    const allowed = { locked, allowMissing: true };
    const alone = facts([READ], {}, allowed);
    expect(alone.declared?.deps?.['data']?.digest).toBe(digest('a'));
    expect(alone.absent).toEqual([{ kind: 'missing-dep', path: 'data' }]);
    const after = facts([MAKE, READ], { make: { state: 'unchanged' } }, allowed);
    expect(after.declared?.deps?.['data']).toEqual(TREE);
    expect(after.absent).toEqual([{ kind: 'missing-dep', path: 'data' }]);
    expect(facts([READ], {}, { allowMissing: true }).pending).toEqual([{ kind: 'missing-dep', path: 'data' }]);
  });

  it('with --allow-missing is looked for in the tree that its maker says it is', () => {
    const read = stage('read', { deps: ['data/x'] });
    const inside: Observation['inside'] = (tree, path) => (tree.digest === TREE.digest && path === 'x' ? file('c') : undefined);
    const allowed = { locked, allowMissing: true, inside };
    expect(facts([MAKE, read], { make: { state: 'unchanged' } }, allowed).declared?.deps?.['data/x']?.digest).toBe(digest('c'));
  });

  it('is what the lock says where it is a URL that cannot be reached now', () => {
    const url = stage('read', { deps: ['s3://b/k'] });
    const unreachable = new Set(['s3://b/k']);
    expect(facts([url], {}, { locked, unreachable }).declared?.deps?.['s3://b/k']?.digest).toBe(digest('9'));
    expect(facts([url], {}, { unreachable, allowMissing: true }).pending).toEqual([{ kind: 'missing-dep', path: 's3://b/k' }]);
    expect(facts([READ], {}, { locked, unreachable }).pending).toHaveLength(1);
  });
});

describe('a frozen stage', () => {
  it('waits for nobody and has no fingerprint', () => {
    const found = facts([MAKE, { ...READ, frozen: true }], { make: { state: 'blocked' } }, { deps: new Map([['data', file('a')]]) });
    expect(found.declared).toBeUndefined();
    expect(found.pending.filter(({ kind }) => kind === 'upstream-blocked')).toEqual([]);
    const calm = facts([{ ...READ, frozen: true }], {}, { deps: new Map([['data', file('a')]]) });
    expect([calm.pending, calm.declared]).toEqual([[], undefined]);
  });
});
