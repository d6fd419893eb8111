import { describe, expect, it } from 'vitest';
import { isInside, isSafeProjectPath, parseProjectPath } from '../../../src/core/path/project-path.ts';

describe('project paths', () => {
  it.each(['a', 'data/raw.csv', '-rf', '...', 'a..b', '.gitignore', 'é/\n', 'back\\slash', '.mlo-things/x', ' '])('accepts %j', (path) => {
    expect(parseProjectPath(path)).toBe(path);
    expect(isSafeProjectPath(path)).toBe(true);
  });

  it.each([
    '',
    '/',
    '/etc/passwd',
    '..',
    '../x',
    'a/../b',
    'a/..',
    'a//b',
    'a/',
    './a',
    '.',
    'a/./b',
    'a\0b',
    '.git/hooks/pre-commit',
    'sub/.GIT/config',
    '.mlo/cache',
    '.MLO',
    'a/.mlo',
    'a/.Mlo/b',
  ])('refuses %j', (path) => {
    expect(isSafeProjectPath(path)).toBe(false);
    expect(() => parseProjectPath(path, 'pipeline.lock')).toThrow(
      expect.objectContaining({ code: 'MLO_PATH_UNSAFE', message: expect.stringContaining('pipeline.lock') }),
    );
  });

  it('refuses what is no text', () => {
    expect([undefined, null, 1, {}, ['a']].filter(isSafeProjectPath)).toEqual([]);
  });

  it('knows what is inside by whole names', () => {
    expect(isInside('/a/b', '/a/b')).toBe(true);
    expect(isInside('/a/b', '/a/b/c')).toBe(true);
    expect(isInside('/a/b', '/a/bc')).toBe(false);
    expect(isInside('/a/b', '/a')).toBe(false);
    expect(isInside('/', '/a')).toBe(true);
  });
});
