import fc from 'fast-check';
import createIgnore from 'ignore';
import { describe, expect, it } from 'vitest';
import { plainPatterns } from '../../../src/fs/plain-patterns.ts';

const word = fc.string({ unit: fc.constantFrom('a', 'B', '.', '-', 'c', '_', '~', '+', '('), minLength: 1, maxLength: 5 });
const pattern = fc
  .tuple(fc.constantFrom('', '', '*'), word, fc.constantFrom('', '', '/'))
  .map((parts) => parts.join(''))
  .filter((text) => !/^\.{1,2}\/?$/.test(text));
const name = fc
  .oneof(
    word,
    fc.tuple(word, word).map((parts) => parts.join('')),
  )
  .filter((text) => text !== '.' && text !== '..');

describe('plain patterns', () => {
  it('decide as the general rules do', () => {
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 4 }), name, fc.boolean(), (patterns, each, isFolder) => {
        const text = patterns.join('\n');
        const plain = plainPatterns(text);
        fc.pre(plain !== undefined);
        const { ignored } = createIgnore()
          .add(text)
          .test(isFolder ? `${each}/` : each);
        expect(plain?.(each, isFolder), `${text} | ${each} ${isFolder}`).toBe(ignored);
      }),
      { numRuns: 3000 },
    );
  });

  it.each(['*.sw?', '!keep', 'a/b', '/a', '**/x', 'a b', '[ab]', '\\#a', '*', 'a*b', '*a*', 'a '])(
    'leave %j to the general rules',
    (text) => {
      expect(plainPatterns(text)).toBeUndefined();
    },
  );

  it('know a file of comments as one that ignores nothing', () => {
    expect(plainPatterns('# all\n\n#*.x\n')?.('a.x', false)).toBe(false);
  });
});
