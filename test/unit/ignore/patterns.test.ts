import { describe, expect, it } from 'vitest';
import { ignoreVerdict, patternsOf } from '../../../src/core/ignore/ignore-file.ts';

function says(text: string, ...paths: string[]): readonly (boolean | undefined)[] {
  return paths.map((path) => ignoreVerdict(text)?.(path.replace(/\/$/, ''), path.endsWith('/')));
}

describe('patterns of .mloignore', () => {
  it('mind case, on every machine', () => {
    expect(says('*.PNG\nBuild\n[A-C]x', 'a.png', 'a.PNG', 'build', 'Build', 'ax', 'Bx')).toEqual([
      undefined,
      true,
      undefined,
      true,
      undefined,
      true,
    ]);
  });

  it('count characters, not bytes or halves of them', () => {
    expect(says('?.x', 'é.x', '日.x', '😀.x', '😀😀.x')).toEqual([true, true, true, undefined]);
    expect(says('[à-ü😀]*b', 'éb', '😀ab', 'xb')).toEqual([true, true, undefined]);
  });

  it('with stars that follow a letter are those of a name, as Git documents', () => {
    expect(says('a/b**', 'a/bc', 'a/bc/d')).toEqual([true, undefined]);
    expect(says('a**/b', 'ax/b', 'ax/y/b', 'ab')).toEqual([true, undefined, undefined]);
  });

  it('take back what earlier ones say, the last one first', () => {
    expect(says('*.log\n!keep.log\nkeep.log/', 'a.log', 'keep.log', 'keep.log/', 'b')).toEqual([true, false, true, undefined]);
  });

  it('are none in a file of comments and spaces, and keep their lines', () => {
    expect(ignoreVerdict('\ufeff# all\n\n   \n!\n#*.x\r\n')).toBeUndefined();
    expect(patternsOf('# one\r\na\\ \r\n\n!b ').map(({ line, text }) => [line, text])).toEqual([
      [2, 'a\\ '],
      [4, '!b '],
    ]);
  });
});
