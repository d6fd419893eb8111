import { expect, it } from 'vitest';
import { sameContent, type Content, type Digest } from '../../../src/core/content.ts';

const file: Content = { kind: 'file', digest: 'a'.repeat(64) as Digest, size: 3 };

it.each<[string, Content | undefined, Content | undefined, boolean]>([
  ['the same bytes, whatever their size is said to be and wherever they come from', file, { ...file, size: 4, etag: 'x' }, true],
  ['nothing and nothing', undefined, undefined, true],
  ['something and nothing', file, undefined, false],
  ['nothing and something', undefined, file, false],
  ['other bytes', file, { ...file, digest: 'b'.repeat(64) as Digest }, false],
  ['a file and a symlink to the text of it', file, { ...file, kind: 'symlink' }, false],
  ['a file and one that can be executed', file, { ...file, mode: 'exec' }, false],
])('compares %s', (_what, one, other, same) => {
  expect(sameContent(one, other)).toBe(same);
});
