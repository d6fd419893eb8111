import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import type { FingerprintRecord, LockedContent } from '../../../src/core/lock/types.ts';
import { contentChanges, declaredChanges, sameValue } from '../../../src/core/plan/changes.ts';

const A = 'a'.repeat(64) as Digest;
const B = 'b'.repeat(64) as Digest;
const file = (digest: Digest, more: Partial<LockedContent> = {}): LockedContent => ({ digest, size: 1, ...more });

describe('what differs between two fingerprints', () => {
  it('is nothing for equal ones, however their maps are ordered', () => {
    const old: FingerprintRecord = {
      cmd: ['a', 'b'],
      params: { 'p.yaml': { x: { b: 1, a: [1, 2] }, y: 2 } },
      deps: { a: file(A), b: file(B) },
    };
    const now: FingerprintRecord = {
      deps: { b: file(B), a: file(A) },
      params: { 'p.yaml': { y: 2, x: { a: [1, 2], b: 1 } } },
      cmd: ['a', 'b'],
    };
    expect(declaredChanges(old, now)).toEqual([]);
    expect(declaredChanges({}, {})).toEqual([]);
  });

  it.each([
    [{ cmd: 'a' }, { cmd: 'b' }, { kind: 'cmd', old: 'a', new: 'b' }],
    [{ cmd: ['a', 'b'] }, { cmd: ['b', 'a'] }, { kind: 'cmd', old: ['a', 'b'], new: ['b', 'a'] }],
    [{ run: 'a.ts' }, {}, { kind: 'run', old: 'a.ts' }],
    [{}, { shell: 'bash' }, { kind: 'shell', new: 'bash' }],
    [{ wdir: 'a' }, { wdir: 'b' }, { kind: 'wdir', old: 'a', new: 'b' }],
    [{ backend: 'cpu' }, { backend: 'wasm' }, { kind: 'backend', old: 'cpu', new: 'wasm' }],
    [{ seed: 0 }, { seed: 1 }, { kind: 'seed', old: 0, new: 1 }],
    [{ stageApi: 1 }, { stageApi: 2 }, { kind: 'stage-api', old: 1, new: 2 }],
    [{ env: { X: A } }, { env: { X: B } }, { kind: 'env', key: 'X', old: A, new: B }],
    [{}, { env: { X: B } }, { kind: 'env', key: 'X', new: B }],
    [{ params: { 'p.yaml': { x: 1 } } }, {}, { kind: 'param', key: 'p.yaml:x', old: 1 }],
    [{ params: { 'p.yaml': { x: '1' } } }, { params: { 'p.yaml': { x: 1 } } }, { kind: 'param', key: 'p.yaml:x', old: '1', new: 1 }],
    [{ params: { 'p.yaml': { x: null } } }, { params: { 'p.yaml': {} } }, { kind: 'param', key: 'p.yaml:x', old: null }],
    [{ deps: { d: file(A) } }, { deps: { d: file(B) } }, { kind: 'dep', path: 'd', old: A, new: B }],
    [{}, { deps: { d: file(B) } }, { kind: 'dep', path: 'd', new: B }],
    [{ names: { deps: { d: 'a' } } }, { names: { deps: { d: 'b' } } }, { kind: 'name', key: 'deps.d', old: 'a', new: 'b' }],
    [{ names: { deps: { d: 'a' } } }, { names: { deps: { d: 'a' }, outs: { o: 'b' } } }, { kind: 'name', key: 'outs.o', new: 'b' }],
    [{ names: { outs: { o: 'b' } } }, {}, { kind: 'name', key: 'outs.o', old: 'b' }],
  ] as const)('%j and %j: %j', (old, now, reason) => {
    expect(declaredChanges(old, now)).toEqual([reason]);
  });

  it('counts names that an older lock does not have only where two of them may have been the other way round', () => {
    const two = { train: 'a.csv', test: 'b.csv' };
    expect(declaredChanges({ run: 's.ts' }, { run: 's.ts', names: { deps: { raw: 'a.csv' }, outs: { model: 'm' } } })).toEqual([]);
    expect(declaredChanges({ run: 's.ts' }, { run: 's.ts', names: { deps: { raw: 'a.csv' }, outs: two } })).toEqual([
      { kind: 'name', key: 'outs.test', new: 'b.csv' },
      { kind: 'name', key: 'outs.train', new: 'a.csv' },
    ]);
  });

  it('is told in the order in which a person would look, keys by name', () => {
    const old: FingerprintRecord = {
      cmd: 'a',
      params: { 'z.yaml': { b: 1, a: 1 }, 'a.yaml': { c: 1 } },
      deps: { z: file(A), a: file(A) },
      seed: 1,
    };
    expect(declaredChanges(old, {}).map(({ kind, key, path }) => key ?? path ?? kind)).toEqual([
      'cmd',
      'seed',
      'a.yaml:c',
      'z.yaml:a',
      'z.yaml:b',
      'a',
      'z',
    ]);
  });
});

describe('contents are the same', () => {
  it.each([
    [file(A), file(A), true],
    [file(A), file(A, { size: 2, etag: 'other', version: '2' }), true],
    [file(A), file(B), false],
    [file(A), file(A, { kind: 'tree' }), false],
    [file(A, { kind: 'symlink' }), file(A, { kind: 'tree' }), false],
    [file(A), file(A, { mode: 'exec' }), false],
    [file(A, { mode: 'exec' }), file(A, { mode: 'exec' }), true],
  ])('%j and %j: %s', (old, now, same) => {
    expect(contentChanges('out', { o: old }, { o: now })).toHaveLength(same ? 0 : 1);
  });

  it('and not where one side has nothing', () => {
    expect(contentChanges('out', { o: file(A) }, {})).toEqual([{ kind: 'out', path: 'o', old: A }]);
    expect(contentChanges('out', {}, { o: file(A) })).toEqual([{ kind: 'out', path: 'o', new: A }]);
  });
});

describe('values are the same', () => {
  it.each([
    [undefined, undefined, true],
    [undefined, null, false],
    [null, undefined, false],
    [null, null, true],
    [Number.NaN, Number.NaN, true],
    [1, 1, true],
    [1, '1', false],
    ['a', 'a', true],
    ['a', 'b', false],
    ['{}', {}, false],
    [{}, [], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [[1, 2], [2, 1], false],
    [true, 1, false],
  ] as const)('%j and %j: %s', (a, b, same) => {
    expect(sameValue(a, b)).toBe(same);
  });
});
