import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openIgnore } from '../../../src/fs/ignore.ts';
import { explainIgnore } from '../../../src/fs/ignore-explain.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { fc } from '../../helpers/properties.ts';

const FOLDERS = ['a', 'a/a', 'a/a/b', 'a/b', 'b', 'b/ab', 'b/ab/a', '.a', 'sub', 'sub/a', 'sub/b'];
const NAMES = ['ba', 'A', 'a.b', 'aab', '!a', '#b', 'b ', 'a*', '[a]', 'a-', '^', 'a\\b', 'é'];
/** All of them in two folders, two in each of the others. */
const FILES = ['', ...FOLDERS].flatMap((folder, index) =>
  (folder === '' || folder === 'sub/b' ? NAMES : [NAMES[index], NAMES[index + 1]]).map((name) => join(folder, name as string)),
);
const PATHS = [...FOLDERS, ...FILES];

const RUNS = Number(process.env['MLO_FUZZ_CASES'] ?? 120);
vi.setConfig({ testTimeout: 90_000 + RUNS * 500 });

let root: string;

beforeAll(async () => {
  root = await temporaryFolder();
  spawnSync('git', ['init', '-q', root]);
  for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  for (const file of FILES) writeFileSync(join(root, file), '');
});

/** The files `<folder>/.gitignore` and `<folder>/.mloignore`. */
function writeRules(folder: string, text: string): void {
  for (const name of ['.gitignore', '.mloignore']) writeFileSync(join(root, folder, name), text);
}

/** `file:line` of the pattern that decides about each path, '' where none does. */
function asked(paths: readonly string[]): ReadonlyMap<string, string> {
  const args = ['-c', 'core.ignorecase=false', 'check-ignore', '--no-index', '--verbose', '--non-matching', '--stdin', '-z'];
  const { stdout } = spawnSync('git', args, { cwd: root, input: paths.map((path) => `${path}\0`).join(''), encoding: 'utf8' });
  const fields = stdout.split('\0');
  return new Map(
    paths.map((path, index) => {
      const [file = '', line = '', pattern = '', name] = fields.slice(4 * index, 4 * index + 4);
      expect(name).toBe(path);
      return [path, file === '' ? '' : `${pattern.startsWith('!') ? '!' : ''}${dirname(file)}:${line}`];
    }),
  );
}

function ours(path: string): string {
  const { ignored, decides } = explainIgnore(root, path, FOLDERS.includes(path));
  expect(ignored, path).toBe(decides?.negative === false);
  return decides === undefined ? '' : `${decides.negative ? '!' : ''}${dirname(decides.file)}:${decides.line}`;
}

const PIECES = [
  'a',
  'b',
  'ab',
  'A',
  '*',
  '*',
  '**',
  '?',
  '/',
  '/',
  '/**/',
  '**/',
  '/**',
  '[',
  ']',
  '[ab]',
  '[!a]',
  '[^b',
  '[a-',
  '-b]',
  '[]-a]',
];
const ODD = ['[[:alpha:]]', '[[:punct:]*]', '[[:no:]]', '[:', '\\', '\\*', '\\[', '\\ ', '!', '#', ' ', '.', '-', '^', '\r', 'é', '\t'];
const line = fc
  .tuple(
    fc.constantFrom('', '', '', '!', '/', '!/'),
    fc.array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PIECES) }, fc.constantFrom(...ODD)), { maxLength: 7 }),
    fc.constantFrom('', '', '', '/', ' '),
  )
  .map(([start, pieces, end]) => start + pieces.join('') + end)
  .filter((text) => !isOtherInGit(text));
const rules = fc
  .tuple(fc.constantFrom('', '', '\ufeff'), fc.array(line, { minLength: 1, maxLength: 6 }), fc.constantFrom('\n', '\n', '\r\n'))
  .map(([mark, lines, end]) => mark + lines.join(end));

/**
 * Git takes the literal start of a pattern off before it looks at the rest, and so takes `a/b**` for one with a `**` of its own, against
 * what it documents; `**\/` asks for one folder at least; and `?` is one byte.
 */
function isOtherInGit(text: string): boolean {
  return /^!?[^*?[\\]*[^*?[\\/]\*\*/.test(text) || /\*\*\\+\//.test(text);
}

describe('.mloignore', () => {
  it('decides about files and folders as Git does, by the same line', () => {
    fc.assert(
      fc.property(rules, rules, (top, below) => {
        writeRules('', top);
        writeRules('sub', below);
        const paths = /[?[]/.test(top + below) ? PATHS.filter((path) => !path.endsWith('é')) : PATHS;
        const git = asked(paths);
        const ignore = openIgnore(root);
        for (const path of paths) {
          expect(`${path} ${ours(path)}`, JSON.stringify([top, below])).toBe(`${path} ${git.get(path)}`);
          const isIgnored = git.get(path) !== '' && git.get(path)?.startsWith('!') === false;
          expect(ignore.within(dirname(path).replace(/^\.$/, ''))(path.slice(path.lastIndexOf('/') + 1), FOLDERS.includes(path))).toBe(
            isIgnored,
          );
        }
      }),
      { numRuns: RUNS },
    );
  });
});
