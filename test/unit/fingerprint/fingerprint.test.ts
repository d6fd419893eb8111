import { describe, expect, it } from 'vitest';
import type { Content, Digest } from '../../../src/core/content.ts';
import { declaredRecord, isCallback, isRestorable, runCacheKey } from '../../../src/core/fingerprint.ts';
import type { FingerprintRecord } from '../../../src/core/lock/types.ts';
import type { Stage } from '../../../src/core/stage.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { stage } from '../../helpers/stages.ts';

const A = 'a'.repeat(64) as Digest;
const B = 'b'.repeat(64) as Digest;
const CONTEXT = { hash: hashBytes, stageApi: 7 };
const content = (digest: Digest): Content => ({ kind: 'file', digest, size: 3 });
const contents = (...paths: readonly string[]): Map<string, Content> => new Map(paths.map((path) => [path, content(A)]));
const MODULE = { kind: 'module', path: 'lib/train.ts', declared: 'train.ts' } as const;

describe('the declared part of a fingerprint', () => {
  it('has what a person wrote, and nothing for what was left out', () => {
    expect(declaredRecord(stage('a', { outs: ['o'] }), {}, new Map(), CONTEXT)).toEqual({ cmd: 'make a' });
    expect(declaredRecord(stage('a', { action: MODULE }), {}, new Map(), CONTEXT)).toEqual({ run: 'lib/train.ts', stageApi: 7 });
  });

  it('has shell, wdir, backend, seed, params and deps where they are given', () => {
    const given = stage('a', {
      action: { kind: 'cmd', commands: ['x'], text: 'x', shell: 'bash' },
      wdir: 'sub',
      backend: 'wasm',
      seed: 0,
      deps: ['d'],
    });
    expect(declaredRecord(given, { 'params.yaml': { lr: 1 } }, new Map([['d', content(A)]]), CONTEXT)).toEqual({
      cmd: 'x',
      shell: 'bash',
      wdir: 'sub',
      backend: 'wasm',
      seed: 0,
      params: { 'params.yaml': { lr: 1 } },
      deps: { d: { digest: A, size: 3 } },
    });
  });

  it('leaves wdir out where it is the folder of the pipeline file', () => {
    const below = { file: 'sub/dir/pipeline.yaml' } as const;
    expect(declaredRecord(stage('a', { ...below, wdir: 'sub/dir' }), {}, new Map(), CONTEXT)).not.toHaveProperty('wdir');
    expect(declaredRecord(stage('a', { ...below, wdir: '.' }), {}, new Map(), CONTEXT)).toHaveProperty('wdir', '.');
  });

  it('has values of env as digests only', () => {
    const record = declaredRecord(stage('a', { env: { TOKEN: 'secret' } }), {}, new Map(), CONTEXT);
    expect(record.env).toEqual({ TOKEN: hashBytes('secret') });
    expect(JSON.stringify(record)).not.toContain('secret');
  });

  it('has what a module calls its deps and outs; a command does not see names', () => {
    const named = {
      deps: [{ path: 'a', declared: 'a', name: 'train', at: stage('a').at }],
      outs: [{ path: 'o', name: 'model' }, 'p'],
    };
    const record = (of: Stage): FingerprintRecord => declaredRecord(of, {}, contents('a'), CONTEXT);
    expect(record({ ...stage('a', { action: MODULE, outs: named.outs }), deps: named.deps }).names).toEqual({
      deps: { train: 'a' },
      outs: { model: 'o' },
    });
    expect(record({ ...stage('a', { outs: named.outs }), deps: named.deps })).not.toHaveProperty('names');
    expect(record(stage('a', { action: MODULE, deps: ['a'], outs: ['o'] }))).not.toHaveProperty('names');
  });

  it('has a dep of any name', () => {
    const record = declaredRecord(stage('a', { deps: ['__proto__', 'toString'] }), {}, contents('__proto__', 'toString'), CONTEXT);
    expect(Object.keys(record.deps ?? {})).toEqual(['__proto__', 'toString']);
  });

  it('cannot be made without one of the deps', () => {
    expect(() => declaredRecord(stage('a', { deps: ['d'] }), {}, new Map(), CONTEXT)).toThrow("fingerprint of 'a' without its dep 'd'");
  });
});

describe('the first key of the run-cache', () => {
  const base = stage('a', { deps: ['d'], outs: ['o', 'p'] });
  const record: FingerprintRecord = { cmd: 'make a', deps: { d: { digest: A, size: 3 } } };
  const key = (of: Stage, changes: Partial<FingerprintRecord> = {}): Digest => runCacheKey(of, { ...record, ...changes }, hashBytes);

  it('stays what it is: another one would forget all runs of all caches', () => {
    const dvc = { ...base, file: 'dvc.yaml' as const };
    const module = stage('a', { action: MODULE, outs: ['o'] });
    const deps = {
      d: { digest: A, size: 3 },
      t: { digest: B, size: 3, kind: 'tree' as const, files: 2 },
      x: { digest: B, size: 3, mode: 'exec' as const },
    };
    const run = { run: 'lib/train.ts', stageApi: 7 };
    const seeded = runCacheKey(module, { ...run, params: { 'params.yaml': { seed: 7 } } }, hashBytes);
    expect([key(base, { deps }), key(dvc), runCacheKey(module, run, hashBytes), seeded]).toEqual([
      '8a581764827c54f0eaf376a54d96d1f087b67da6d3d4e266ca501414ea1032cc',
      'e7d7e2f7853bd05b0fe6efaf13dd919b1848e4e7c3434cd05c8dc3bc87ee3466',
      'dc6132fb867d9530d9f95f3fe35ecf9c35d697df5ac5dff37a19d4f58439ec1a',
      '7c3a80f62c8e43bdf4dc5c113f9219d85c220b91d6dfdff0f23b06ea8a139e61',
    ]);
  });

  it('asks for the name of a module stage only where its seed comes from it', () => {
    const module = (name: string, seed?: number): Stage => stage(name, { action: MODULE, ...(seed === undefined ? {} : { seed }) });
    const of = (name: string, changes: Partial<FingerprintRecord> = {}): Digest =>
      runCacheKey(module(name), { run: 'x', ...changes }, hashBytes);
    expect(of('a')).not.toBe(of('b'));
    const params = (key: string) => ({ params: { 'params.yaml': { [key]: 3 } } });
    expect(of('a', params('seed'))).toBe(of('b', params('seed')));
    expect(of('a', params('train.seed'))).toBe(of('b', params('train.seed')));
    expect(of('a', params('seeds'))).not.toBe(of('b', params('seeds')));
    expect(runCacheKey(module('a', 3), { run: 'x', seed: 3 }, hashBytes)).toBe(
      runCacheKey(module('b', 3), { run: 'x', seed: 3 }, hashBytes),
    );
  });

  it.each([
    ['the name of the stage', stage('b', { deps: ['d'], outs: ['o', 'p'], action: base.action }), {}],
    ['the order of the outs', stage('a', { deps: ['d'], outs: ['p', 'o'] }), {}],
    ['the size of a dep, which follows from its digest', base, { deps: { d: { digest: A, size: 4 } } }],
    ['where a URL has it from', base, { deps: { d: { digest: A, size: 3, etag: 'x' } } }],
    ['the code, which is found by running', base, { code: { 'a.ts': A } }],
    ['the packages, which are found by running', base, { packages: { 'x > y@1': '' } }],
    ['a shell that is the default', { ...base, action: { ...base.action, shell: '/bin/sh' } as Stage['action'] }, {}],
  ])('does not ask for %s', (_what, of, changes) => {
    expect(key(of, changes)).toBe(key(base));
  });

  it.each([
    ['the command', base, { cmd: 'other' }],
    ['the bytes of a dep', base, { deps: { d: { digest: B, size: 3 } } }],
    ['the path of a dep', base, { deps: { e: { digest: A, size: 3 } } }],
    ['the kind of a dep', base, { deps: { d: { digest: A, size: 3, kind: 'tree' as const } } }],
    ['whether a dep can be executed', base, { deps: { d: { digest: A, size: 3, mode: 'exec' as const } } }],
    ['a param, also one named size', base, { params: { 'params.yaml': { size: 1 } } }],
    ['names', base, { names: { deps: { d: 'd' } } }],
    ['env', base, { env: { X: A } }],
    ['the seed', base, { seed: 1 }],
    ['the outs', stage('a', { deps: ['d'], outs: ['o'] }), {}],
    ['wdir', { ...base, wdir: 'sub' }, {}],
    ['a shell of its own', { ...base, action: { ...base.action, shell: 'bash' } as Stage['action'] }, {}],
    ['the default shell of dvc.yaml, which is another', { ...base, file: 'dvc.yaml' }, {}],
  ])('asks for %s', (_what, of, changes) => {
    expect(key(of, changes)).not.toBe(key(base));
  });
});

describe('what can be skipped and restored', () => {
  it('is no callback: a command with neither deps, params nor outs', () => {
    expect(isCallback(stage('a'))).toBe(true);
    expect(isCallback(stage('a', { deps: ['d'] }))).toBe(false);
    expect(isCallback(stage('a', { outs: ['o'] }))).toBe(false);
    expect(isCallback(stage('a', { params: ['x'] }))).toBe(false);
    expect(isCallback(stage('a', { action: MODULE }))).toBe(false);
  });

  it('keeps its outs in the cache, writes them anew, and does not always run', () => {
    expect(isRestorable(stage('a', { outs: ['o'] }))).toBe(true);
    expect(isRestorable(stage('a', { deps: ['d'] }))).toBe(true);
    expect(isRestorable(stage('a', { outs: [{ path: 'm', kind: 'metric', cache: false }] }))).toBe(true);
    expect(isRestorable(stage('a', { outs: ['o', { path: 'p', cache: false }] }))).toBe(false);
    expect(isRestorable(stage('a', { outs: ['o', { path: 'p', persist: true }] }))).toBe(false);
    expect(isRestorable(stage('a', { outs: ['o'], alwaysChanged: true }))).toBe(false);
    expect(isRestorable(stage('a'))).toBe(false);
  });
});
