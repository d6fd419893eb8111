import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import { dataStatusLines } from '../../../src/ui/render/data-status.ts';
import { lsLines } from '../../../src/ui/render/ls.ts';
import { changeLines } from '../../../src/ui/render/tree-changes.ts';
import { plainStyle } from '../../../src/ui/style.ts';

/** More than a call takes arguments. */
const MANY = 130_000;

describe('lists of more lines than a call takes arguments', () => {
  const paths = Array.from({ length: MANY }, (_, index) => `f${index}`);

  it('ls shows names, sizes and marks', () => {
    const entries = paths.map((path) => ({ path, type: 'file', size: 5, files: 1, kept: 'data' }) as const);
    const lines = lsLines({ entries }, plainStyle(), { size: true, marks: true });
    expect(lines).toHaveLength(MANY);
    expect(lines[7]).toBe('5 B  1  f7       data');
  });

  it('changes', () => {
    const entry = { type: 'file', digest: '0'.repeat(64) as Digest, size: 5 } as const;
    const changes = paths.map((path) => ({ kind: 'added', path, new: entry }) as const);
    expect(changeLines(changes, plainStyle(), '')[7]).toBe('added  f7 (5 B)');
  });

  it('tracked paths', () => {
    const data = paths.map((path) => ({ path, state: 'missing' }) as const);
    expect(dataStatusLines(data, [], plainStyle()).at(-1)).toBe(`  f${MANY - 1}  missing`);
  });
});
