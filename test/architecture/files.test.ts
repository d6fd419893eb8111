import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { REPOSITORY } from '../helpers/index.ts';
import { sourceFiles } from './sources.ts';

const MOST_LINES = 400;
const LARGEST_TEXT_BYTES = 1_000_000;

/** Names that belong to one machine or network and to nobody else who reads this. Put together so that this file does not hold them. */
const MACHINE_NAMES = [
  new RegExp(['', 'work', '(main|shared|\\.)'].join('\\/')),
  new RegExp(['', 'root', ''].join('\\/')),
  new RegExp(['', '(home|Users)', '(?!me\\b|user\\b|you\\b)[a-z]+', ''].join('\\/')),
  new RegExp(['registry', '(npmjs|yarnpkg)', '[a-z]+'].join('\\.')),
  new RegExp(['', '(localhost|127\\.0\\.0\\.1):(4873|8081)', ''].join('\\/')),
];

it(`has no source file of more than ${MOST_LINES} lines`, () => {
  const files = sourceFiles('{src,bin,tools,test,bench,stages,examples}/**/*.{ts,tsx,js,mjs}');
  const long = files.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 })).filter(({ lines }) => lines > MOST_LINES);
  expect(long).toEqual([]);
});

it('names no path or host of one machine', () => {
  const findings = repositoryTexts().flatMap(({ path, text }) => {
    const found = MACHINE_NAMES.map((name) => name.exec(text)?.[0]).filter((match) => match !== undefined);
    return found.map((match) => `${path}: ${match}`);
  });
  expect(findings).toEqual([]);
});

/** What Git has or would take. */
function repositoryTexts(): readonly { readonly path: string; readonly text: string }[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: REPOSITORY,
    encoding: 'utf8',
  });
  return listed
    .split('\0')
    .filter((path) => path !== '' && isText(path))
    .map((path) => ({ path, text: readFileSync(join(REPOSITORY, path), 'utf8') }));
}

function isText(path: string): boolean {
  const stat = statSync(join(REPOSITORY, path), { throwIfNoEntry: false });
  if (stat === undefined || !stat.isFile() || stat.size > LARGEST_TEXT_BYTES) return false;
  return !readFileSync(join(REPOSITORY, path)).subarray(0, 8000).includes(0);
}
