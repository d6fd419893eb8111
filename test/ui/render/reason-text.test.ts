import { describe, expect, it } from 'vitest';
import type { Reason } from '../../../src/core/plan/types.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from '../../../src/ui/glyphs.ts';
import { reasonSummary, reasonText } from '../../../src/ui/render/reason-text.ts';

const OLD = 'a'.repeat(64);
const NEW = 'b'.repeat(64);

const CASES: readonly (readonly [Reason, string])[] = [
  [{ kind: 'new' }, 'never run'],
  [{ kind: 'param', key: 'params.yaml:train.lr', old: 0.05, new: 0.1 }, 'params.yaml:train.lr 0.05 → 0.1'],
  [{ kind: 'param', key: 'params.yaml:train.lr', new: 0.1 }, 'params.yaml:train.lr added: 0.1'],
  [{ kind: 'param', key: 'params.yaml:train.lr', old: 0.1 }, 'params.yaml:train.lr removed'],
  [{ kind: 'dep', path: 'data/x.csv', old: OLD, new: NEW }, 'dep data/x.csv changed'],
  [{ kind: 'dep', path: 'data/x.csv', new: NEW }, 'dep data/x.csv added'],
  [{ kind: 'dep', path: 'data/x.csv', old: OLD }, 'dep data/x.csv removed'],
  [{ kind: 'name', key: 'deps.train', old: 'a.csv', new: 'b.csv' }, 'deps.train a.csv → b.csv'],
  [{ kind: 'name', key: 'outs.model', new: 'model.bin' }, 'outs.model added: model.bin'],
  [{ kind: 'code', path: 'stages/lib/model.ts', old: OLD, new: NEW }, 'stages/lib/model.ts changed'],
  [{ kind: 'code', path: 'stages/lib/model.ts', old: OLD, new: 'missing' }, 'stages/lib/model.ts is gone'],
  [{ kind: 'package', key: 'csv-parse@6.1.0' }, 'package csv-parse@6.1.0 changed'],
  [{ kind: 'package', key: 'csv-parse@6.1.0', old: OLD, new: 'missing' }, 'package csv-parse@6.1.0 is not installed'],
  [{ kind: 'out', path: 'models', old: OLD }, 'out models is missing'],
  [{ kind: 'out', path: 'models', old: OLD, new: NEW }, 'out models changed'],
  [{ kind: 'out', path: 'models', new: 'declared' }, 'out models is new'],
  [{ kind: 'out', path: 'models', old: 'declared' }, 'out models is no longer declared'],
  [{ kind: 'cmd', old: 'python a.py', new: 'python b.py' }, 'cmd changed'],
  [{ kind: 'seed', old: 1, new: 2 }, 'seed 1 → 2'],
  [{ kind: 'backend', old: 'wasm', new: 'cpu' }, 'backend wasm → cpu'],
  [{ kind: 'env', key: 'LEVEL', old: OLD, new: NEW }, 'env LEVEL changed'],
  [{ kind: 'upstream', key: 'train' }, 'train runs first'],
  [{ kind: 'upstream', path: 'models' }, 'what writes models runs first'],
  [{ kind: 'upstream-blocked', key: 'train' }, 'train is blocked'],
  [{ kind: 'upstream-failed', key: 'train' }, 'train failed'],
  [{ kind: 'failed-before', key: 'train' }, 'failed last time (mlo logs train)'],
  [{ kind: 'missing-dep', path: 'raw.csv' }, 'dep raw.csv is missing'],
  [{ kind: 'missing-data', path: 'models' }, 'out models is missing'],
  [{ kind: 'not-cached', path: 'models' }, 'models is not in the cache'],
  [{ kind: 'forced' }, 'forced'],
  [{ kind: 'frozen' }, 'frozen'],
];

describe('why a stage is in its state', () => {
  it.each(CASES)('%j reads as a sentence part: %s', (reason, text) => {
    expect(reasonText(reason, UNICODE_GLYPHS)).toBe(text);
  });

  it('shows old and new on request, digests by their beginning', () => {
    expect(reasonText({ kind: 'dep', path: 'x', old: OLD, new: NEW }, UNICODE_GLYPHS, true)).toBe('dep x aaaaaaaa → bbbbbbbb');
    expect(reasonText({ kind: 'cmd', old: 'a', new: ['b', 'c'] }, ASCII_GLYPHS, true)).toBe('cmd a -> [b, c]');
  });

  it('cuts long values and hides control characters', () => {
    const text = reasonText({ kind: 'param', key: 'p:k\u001b[2J', old: 'x'.repeat(100), new: 1 }, UNICODE_GLYPHS);
    expect(text).toBe(`p:k\\x1b[2J ${'x'.repeat(39)}… → 1`);
  });

  it('counts the reasons that a summary leaves out', () => {
    const reasons: Reason[] = ['a', 'b', 'c', 'd'].map((path) => ({ kind: 'code', path, old: OLD, new: NEW }));
    expect(reasonSummary(reasons, UNICODE_GLYPHS)).toBe('a changed, b changed +2 more');
    expect(reasonSummary([], UNICODE_GLYPHS)).toBe('');
  });
});
