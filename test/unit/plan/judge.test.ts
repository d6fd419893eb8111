import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import { runCacheKey } from '../../../src/core/fingerprint.ts';
import type { FingerprintRecord, LockEntry } from '../../../src/core/lock/types.ts';
import type { KnownRun, PlanPorts, StageFacts } from '../../../src/core/plan/decide.ts';
import { judge, undeclaredIn } from '../../../src/core/plan/judge.ts';
import type { StagePlan } from '../../../src/core/plan/types.ts';
import type { Stage } from '../../../src/core/stage.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { stage } from '../../helpers/stages.ts';

const A = 'a'.repeat(64) as Digest;
const B = 'b'.repeat(64) as Digest;
const MODULE = stage('train', { outs: ['log', 'model'], action: { kind: 'module', path: 'train.ts', declared: 'train.ts' } });
const DECLARED: FingerprintRecord = { run: 'train.ts', stageApi: 1 };
const OUTS = { log: { digest: A, size: 1 }, model: { digest: A, size: 1 } };
const ENTRY: LockEntry = { ...DECLARED, code: { 'train.ts': A }, packages: { 'x > y@1': '' }, outs: OUTS };
const READ = [{ what: 'read', path: 'secret.csv' }] as const;

const known = (changes: Partial<KnownRun> = {}): KnownRun => ({
  record: { code: { 'train.ts': A }, packages: { 'x > y@1': '' } },
  outs: OUTS,
  run: { id: 'r' as KnownRun['run']['id'], durationMs: 1 },
  undeclared: READ,
  ...changes,
});

function judged(
  runs: readonly KnownRun[],
  plan: Partial<StagePlan> = {},
  of: Stage = MODULE,
  declared: FingerprintRecord | undefined = DECLARED,
) {
  const key = declared === undefined ? undefined : runCacheKey(of, declared, hashBytes);
  const ports: PlanPorts = {
    hash: hashBytes,
    codeChanges: () => [],
    findRuns: (asked) => (asked === key ? runs : []),
    has: () => true,
  };
  const facts: StageFacts = { stage: of, locked: ENTRY, declared, pending: [], absent: [], outs: new Map() };
  return judge({ stage: of, state: 'unchanged', reasons: [], entry: ENTRY, ...plan }, facts, ports);
}

describe('--strict on a stage that need not run', () => {
  it('stops what is known to have read without declaring it, and says what', () => {
    const plan = judged([known()]);
    expect(plan.state).toBe('blocked');
    expect(undeclaredIn(plan)).toEqual(READ);
    expect(judged([known()], { state: 'restore' }).state).toBe('blocked');
  });

  it('lets pass what read nothing but its deps', () => {
    expect(judged([known({ undeclared: [] })]).state).toBe('unchanged');
    expect(judged([known({ undeclared: [] })], { state: 'restore' }).state).toBe('restore');
  });

  it('runs what nobody watched, what is known for other code, packages or outs, and what has no entry', () => {
    const { undeclared: _, ...unwatched } = known();
    for (const runs of [
      [],
      [unwatched],
      [known({ record: { code: { 'train.ts': B }, packages: { 'x > y@1': '' } } })],
      [known({ record: { code: { 'train.ts': A }, packages: { 'x > y@2': '' } } })],
      [known({ outs: { model: { digest: B, size: 1 } } })],
      [known({ outs: {} })],
    ]) {
      const plan = judged(runs, { reasons: [{ kind: 'out', path: 'model' }] });
      expect(plan.state).toBe('run');
      expect(plan.reasons).toEqual([{ kind: 'out', path: 'model' }, { kind: 'not-judged' }]);
    }
    expect(judge({ stage: MODULE, state: 'unchanged', reasons: [] }, factsWithoutEntry(), noPorts()).state).toBe('run');
  });

  it('takes the run of this very code among several', () => {
    const other = known({ record: { code: { 'train.ts': B }, packages: { 'x > y@1': '' } }, undeclared: [] });
    expect(judged([other, known()]).state).toBe('blocked');
  });

  it('leaves alone what runs anyway, what is blocked, shell stages and frozen ones', () => {
    expect(judged([known()], { state: 'run' }).state).toBe('run');
    expect(judged([known()], { state: 'blocked', reasons: [{ kind: 'missing-dep', path: 'x' }] }).reasons).toEqual([
      { kind: 'missing-dep', path: 'x' },
    ]);
    expect(judged([known()], {}, stage('train', { outs: ['model'] })).state).toBe('unchanged');
    expect(judged([known()], {}, { ...MODULE, frozen: true }).state).toBe('unchanged');
  });
});

function factsWithoutEntry(): StageFacts {
  return { stage: MODULE, locked: undefined, declared: DECLARED, pending: [], absent: [], outs: new Map() };
}

function noPorts(): PlanPorts {
  return { hash: hashBytes, codeChanges: () => [], findRuns: () => [known()], has: () => true };
}
