import { expect, it } from 'vitest';
import { notPushedPaths, notPushedTag } from '../../../src/core/not-pushed.ts';
import type { OutSpec } from '../../../src/core/stage.ts';
import { stage } from '../../helpers/stages.ts';

function outs(...parts: readonly Partial<OutSpec>[]): readonly OutSpec[] {
  const [out] = stage('a', { outs: ['x'] }).outs;
  return parts.map((part) => ({ ...(out as OutSpec), ...part }));
}

it('a run says which of its outs are for no remote, or for one alone, and nothing where all are for all', () => {
  expect(notPushedTag(outs({ path: 'a' }, { path: 'b' }))).toBeUndefined();
  const tag = notPushedTag(outs({ path: 'a' }, { path: 'b', push: false }, { path: 'c', remote: 'archive' })) ?? '';
  expect(notPushedPaths(tag, 'origin')).toEqual(['b', 'c']);
  expect(notPushedPaths(tag, 'archive')).toEqual(['b']);
});

it('an out with both push: false and remote: is for none', () => {
  const tag = notPushedTag(outs({ path: 'a', push: false, remote: 'archive' })) ?? '';
  expect(notPushedPaths(tag, 'archive')).toEqual(['a']);
});

it('a tag that somebody else wrote is no reason to fail', () => {
  for (const text of ['', '{', '[]', '"a"', 'null']) expect(notPushedPaths(text, 'origin')).toEqual([]);
});
