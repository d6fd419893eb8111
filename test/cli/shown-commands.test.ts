import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandNamed } from '../../src/cli/command-named.ts';
import { leafCommands } from '../../src/cli/command-tree.ts';
import { presetOptionalValues } from '../../src/cli/globals.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { REPOSITORY } from '../helpers/index.ts';

const { program } = await buildProgram(async () => {});
const LEAVES = new Set(leafCommands(program));
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('docs/{*.md,guide/*.md}', { cwd: REPOSITORY }),
  ...globSync('examples/**/README.md', { cwd: REPOSITORY }),
]
  .filter((page) => !page.includes('node_modules'))
  .sort();

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(join(REPOSITORY, page), 'utf8');

  it('has commands to type that the command line understands', async () => {
    for (const line of shellLines(text)) {
      const words = wordsOf(line).slice(1);
      const ran: string[] = [];
      const { program: fresh } = await buildProgram(async (_spec, path) => void ran.push(path), undefined, words);
      await fresh.parseAsync(presetOptionalValues(words), { from: 'user' }).catch((error: unknown) => {
        throw new Error(`${page}: ${line}`, { cause: error });
      });
      expect(ran, line).toHaveLength(1);
    }
  });

  it('names commands that exist', () => {
    for (const named of namedCommands(text)) {
      const found = commandNamed(program, named.split(' ').slice(1));
      const isFamily = found.commands.length > 0 && named.split(' ').length === 2;
      expect(LEAVES.has(found) || isFamily, `${page}: ${named}`).toBe(true);
    }
  });
});

it('README shows commands enough for this to be a test', () => {
  const text = readFileSync(join(REPOSITORY, 'README.md'), 'utf8');
  expect(shellLines(text).length).toBeGreaterThan(25);
  expect(namedCommands(text).length).toBeGreaterThan(70);
});

/** Lines of mlo in blocks of shell: each part of a pipe or list, without comments. */
function shellLines(text: string): readonly string[] {
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) => line.replace(/(^|\s)#.*$/, '').split(/&&|;|\|(?![^'"]*['"])/))
    .map((part) =>
      part
        .trim()
        .replace(/^(do |npx )/, '')
        .replace(/\s+[<>].*$/, ''),
    )
    .filter((part) => part.startsWith('mlo '));
}

/** `mlo stage list\|show` in running text: one for each alternative. Options and what is behind the verb do not count. */
function namedCommands(text: string): readonly string[] {
  const prose = text.replaceAll(/^```.*?^```/gms, '');
  return [...prose.matchAll(/`(?:npx )?(mlo [a-z][^`]*)`/g)].flatMap(([, line = '']) => {
    const [command = '', verb = ''] = line.split(' ').slice(1);
    return alternatives(command).flatMap((name) => {
      const isFamily = program.commands.some((each) => each.name() === name && each.commands.length > 0);
      const verbs = isFamily ? alternatives(verb) : [];
      return verbs.length === 0 ? [`mlo ${name}`] : verbs.map((each) => `mlo ${name} ${each}`);
    });
  });
}

function alternatives(word: string): readonly string[] {
  return word.split(/\\?\|/).filter((each) => /^[a-z][a-z-]*$/.test(each));
}

/** As a shell has them, where quotes stand around whole words. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');
}
