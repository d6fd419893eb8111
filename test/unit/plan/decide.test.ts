import { describe, expect, it } from 'vitest';
import type { Content, Digest } from '../../../src/core/content.ts';
import { runCacheKey } from '../../../src/core/fingerprint.ts';
import type { FingerprintRecord, LockEntry } from '../../../src/core/lock/types.ts';
import { decide, type KnownRun, type PlanPolicy, type PlanPorts, type StageFacts } from '../../../src/core/plan/decide.ts';
import type { StagePlan } from '../../../src/core/plan/types.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { stage } from '../../helpers/stages.ts';

const digest = (letter: string): Digest => letter.repeat(64) as Digest;
const file = (letter: string): Content => ({ digest: digest(letter), size: 1, kind: 'file' });
const locked = (letter: string) => ({ digest: digest(letter), size: 1 });

const TRAIN = stage('train', { outs: ['model', 'log'] });
const DECLARED: FingerprintRecord = { cmd: 'make train' };
const LOCKED: LockEntry = { ...DECLARED, outs: { model: locked('a'), log: locked('b') } };
const HERE = new Map([
  ['model', file('a')],
  ['log', file('b')],
]);

const run = (id: string, changes: Partial<KnownRun> = {}): KnownRun => ({
  record: DECLARED,
  outs: { model: locked('a'), log: locked('b') },
  run: { id: id as KnownRun['run']['id'], durationMs: 7 },
  ...changes,
});

interface World {
  readonly facts?: Partial<StageFacts>;
  readonly policy?: Partial<PlanPolicy>;
  /** Of the stage and what it declares. */
  readonly runs?: readonly KnownRun[];
  /** What the cache holds. */
  readonly stored?: string;
  readonly codeChanges?: PlanPorts['codeChanges'];
}

function decided({ facts = {}, policy = {}, runs = [], stored = '', codeChanges = () => [] }: World): StagePlan {
  const all: StageFacts = { stage: TRAIN, locked: LOCKED, declared: DECLARED, pending: [], absent: [], outs: HERE, ...facts };
  const key = runCacheKey(all.stage, DECLARED, hashBytes);
  return decide(
    all,
    { force: false, runCache: true, allowMissing: false, ...policy },
    {
      hash: hashBytes,
      codeChanges,
      findRuns: (asked) => (asked === key ? runs : []),
      has: ({ digest: wanted }) => stored.includes(wanted[0] as string),
    },
  );
}

describe('a stage whose fingerprint is that of the lock', () => {
  it('is unchanged, with the first run that gave these outs, all of them, and no other', () => {
    const other = run('other', { outs: { model: locked('a'), log: locked('c') } });
    expect(decided({ runs: [other, run('one'), run('two')] })).toEqual({
      stage: TRAIN,
      state: 'unchanged',
      reasons: [],
      entry: LOCKED,
      from: { runId: 'one', durationMs: 7 },
    });
    expect(decided({ runs: [other] })).not.toHaveProperty('from');
  });

  it('never comes from a run where it cannot be restored', () => {
    const persistent = stage('train', { outs: ['model', { path: 'log', persist: true }] });
    expect(decided({ facts: { stage: persistent }, runs: [run('one')] })).not.toHaveProperty('from');
  });

  it('is restored where the cache has what is not here, and says which outs and from which run', () => {
    const outs = new Map([['log', file('b')]]);
    expect(decided({ facts: { outs }, stored: 'a', runs: [run('one')] })).toMatchObject({
      state: 'restore',
      reasons: [{ kind: 'out', path: 'model' }],
      from: { runId: 'one' },
    });
  });

  it('runs where the cache has only some of its outs', () => {
    expect(decided({ facts: { outs: new Map() }, stored: 'a' }).state).toBe('run');
    expect(decided({ facts: { outs: new Map() }, stored: 'b' }).state).toBe('run');
  });

  it('never overwrites an edited out that persists with the one of the cache', () => {
    const persistent = stage('train', { outs: ['model', { path: 'log', persist: true }] });
    const outs = new Map([...HERE, ['log', file('c')] as const]);
    expect(decided({ facts: { stage: persistent, outs }, stored: 'ab' }).state).toBe('run');
    expect(decided({ facts: { stage: persistent }, stored: '' }).state).toBe('unchanged');
  });

  it('with --allow-missing is unchanged where outs are gone, but not where one of them is another', () => {
    const policy = { allowMissing: true };
    expect(decided({ facts: { outs: new Map() }, policy, runs: [run('one')] })).toMatchObject({
      state: 'unchanged',
      from: { runId: 'one' },
      reasons: [{ path: 'log' }, { path: 'model' }],
    });
    expect(decided({ facts: { outs: new Map([['log', file('c')]]) }, policy }).state).toBe('run');
    expect(decided({ facts: { outs: new Map() } }).state).toBe('run');
  });

  it('needs no outs in its lock where it has none', () => {
    const check = stage('train', { deps: ['x'] });
    const facts = { stage: check, locked: DECLARED, outs: new Map() };
    expect(decided({ facts, runs: [run('one', { outs: {} })] })).toMatchObject({ state: 'unchanged', from: { runId: 'one' } });
  });
});

describe('a stage whose fingerprint is another', () => {
  it('runs where only its code differs', () => {
    const change = { kind: 'code', path: 'lib.ts' } as const;
    expect(decided({ codeChanges: () => [change] })).toMatchObject({ state: 'run', reasons: [change] });
  });

  it('runs where it has an out less than in the lock, and where its lock has none', () => {
    const one = stage('train', { outs: ['model'] });
    expect(decided({ facts: { stage: one } })).toMatchObject({ state: 'run', reasons: [{ kind: 'out', path: 'log', old: 'declared' }] });
    expect(decided({ facts: { locked: DECLARED } }).reasons).toEqual([
      { kind: 'out', path: 'model', new: 'declared' },
      { kind: 'out', path: 'log', new: 'declared' },
    ]);
  });

  it('is restored from the first run of this code whose outs are all there, with the code and packages of that run', () => {
    const code = { 'train.ts': digest('d') };
    const packages = { 'x > y@1': '' };
    const runs = [
      run('other code', { record: { ...DECLARED, code: { 'train.ts': digest('e') } } }),
      run('lost', { outs: { model: locked('f'), log: locked('b') } }),
      run('without log', { outs: { model: locked('a') } }),
      run('right', { record: { ...DECLARED, code, packages } }),
      run('later'),
    ];
    const plan = decided({
      facts: { locked: undefined, outs: new Map() },
      runs,
      stored: 'ab',
      codeChanges: (record) => (record.code?.['train.ts'] === digest('e') ? [{ kind: 'code', path: 'train.ts' }] : []),
    });
    expect(plan).toEqual({
      stage: TRAIN,
      state: 'restore',
      reasons: [{ kind: 'new' }],
      entry: { ...DECLARED, code, packages, outs: { model: locked('a'), log: locked('b') } },
      from: { runId: 'right', durationMs: 7 },
    });
  });

  it('of a shell stage gets an entry without code and packages', () => {
    const { entry } = decided({ facts: { locked: undefined }, runs: [run('one')] });
    expect(Object.keys(entry ?? {}).sort()).toEqual(['cmd', 'outs']);
  });

  it('runs whatever is known with --force, and with --no-run-cache', () => {
    expect(decided({ policy: { force: true }, runs: [run('one')] })).toMatchObject({ state: 'run', reasons: [{ kind: 'forced' }] });
    expect(decided({ facts: { locked: undefined }, policy: { runCache: false }, runs: [run('one')] }).state).toBe('run');
  });
});

describe('a frozen stage', () => {
  const frozen = { ...TRAIN, frozen: true };

  it('is unchanged where its outs are here, with or without a lock', () => {
    expect(decided({ facts: { stage: frozen } })).toEqual({
      stage: frozen,
      state: 'unchanged',
      reasons: [{ kind: 'frozen' }],
      entry: LOCKED,
    });
    expect(decided({ facts: { stage: frozen, locked: undefined } })).toEqual({
      stage: frozen,
      state: 'unchanged',
      reasons: [{ kind: 'frozen' }],
    });
  });

  it('is restored from the cache where outs are gone, and says which', () => {
    const facts = { stage: frozen, outs: new Map([['log', file('b')]]) };
    const reasons = [{ kind: 'frozen' }, { kind: 'missing-data', path: 'model' }];
    expect(decided({ facts, stored: 'a' })).toEqual({ stage: frozen, state: 'restore', reasons, entry: LOCKED });
    expect(decided({ facts, stored: '' })).toEqual({ stage: frozen, state: 'blocked', reasons });
  });

  it('is blocked where outs are gone that no lock knows', () => {
    for (const entry of [undefined, DECLARED])
      expect(decided({ facts: { stage: frozen, locked: entry, outs: new Map() }, stored: 'ab' }).state).toBe('blocked');
  });
});

describe('a stage that is asked to run', () => {
  it('is blocked where a dep is gone that only the lock knows', () => {
    const absent = [{ kind: 'missing-dep', path: 'raw' }] as const;
    expect(decided({ facts: { absent }, policy: { force: true } })).toEqual({ stage: TRAIN, state: 'blocked', reasons: absent });
    expect(decided({ facts: { absent } }).state).toBe('unchanged');
  });

  it('with --strict runs a module of which nobody knows what it read, and without it does not', () => {
    const facts = { stage: { ...TRAIN, action: { kind: 'module', path: 'train.ts', declared: 'train.ts' } as const } };
    expect(decided({ facts, policy: { strict: true } })).toMatchObject({ state: 'run', reasons: [{ kind: 'not-judged' }] });
    expect(decided({ facts, policy: { strict: false } }).state).toBe('unchanged');
    expect(decided({ facts }).state).toBe('unchanged');
  });
});
