import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CATALOGUE, EXIT } from '../../src/core/errors/catalogue.ts';
import { TEMPLATE_NAMES } from '../../src/app/init.ts';
import { TEMPLATE_CHOICES } from '../../src/cli/commands/init.ts';
import { commandPath } from '../../src/cli/command.ts';
import { leafCommands } from '../../src/cli/command-tree.ts';
import { docsPages } from '../../src/cli/docs/pages.ts';
import { topicLines, TOPICS } from '../../src/cli/help/topics.ts';
import { presetOptionalValues } from '../../src/cli/globals.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { REPOSITORY } from '../helpers/index.ts';

const { program, specs } = await buildProgram(async () => {});
const COMMANDS = leafCommands(program).map((command) => ({ name: commandPath(command), command, spec: specs.get(command)! }));

describe.each(COMMANDS)('the help of $name', ({ name, command, spec }) => {
  it('has a summary and at least two examples of itself', () => {
    expect(command.summary()).not.toBe('');
    expect(spec.examples.length).toBeGreaterThanOrEqual(2);
    for (const [line] of spec.examples) expect(line.startsWith(`mlo ${name}`)).toBe(true);
  });

  it('explains every argument and option', () => {
    for (const option of command.options) expect(option.description).not.toBe('');
  });

  it('has examples that the command line understands', async () => {
    for (const [line] of spec.examples) {
      const ran: string[] = [];
      const words = wordsOf(line).slice(1);
      const { program: fresh } = await buildProgram(async (_spec, path) => void ran.push(path), undefined, words);
      await fresh.parseAsync(presetOptionalValues(words), { from: 'user' });
      expect(ran).toEqual([name]);
    }
  });
});

it('a line gets the commands of the families that it names, and a line for help those of all', async () => {
  const filled = async (...argv: readonly string[]): Promise<readonly string[]> => {
    const { program: built } = await buildProgram(async () => {}, undefined, argv);
    return built.commands.filter((command) => command.commands.length > 0).map((command) => command.name());
  };
  const all = program.commands.filter((command) => command.commands.length > 0).map((command) => command.name());
  expect(await filled('status', '--why')).toEqual([]);
  expect(await filled('-C', 'runs', 'runs', 'list')).toEqual(['runs']);
  for (const argv of [[], ['help', 'runs'], ['--help'], ['-h']]) expect(await filled(...argv)).toEqual(all);
});

/** As a shell has them, where quotes stand around whole words. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? '');
}

describe('help topics', () => {
  it('explain every exit code', () => {
    const text = topicLines('exit-codes').join('\n');
    for (const code of Object.values(EXIT)) expect(text).toMatch(new RegExp(`^${code} +\\S`, 'm'));
  });

  it('explain every error', () => {
    const text = topicLines('errors').join(' ').replaceAll(/ +/g, ' ');
    for (const [code, { exit, means }] of Object.entries(CATALOGUE)) expect(text).toContain(` ${code} ${exit} ${means}`);
  });

  it('exist for exit codes, errors, environment, configuration, search, and those who come from elsewhere', () => {
    expect(TOPICS).toEqual(['exit-codes', 'errors', 'environment', 'config', 'remotes', 'search', 'from-dvc', 'from-mlflow']);
    for (const topic of TOPICS) expect(topicLines(topic).length).toBeGreaterThan(5);
  });
});

it('offers the templates that init has', () => {
  expect([...TEMPLATE_CHOICES].toSorted()).toEqual([...TEMPLATE_NAMES].toSorted());
});

it('is what docs/cli says (npm run docs)', () => {
  const folder = join(REPOSITORY, 'docs', 'cli');
  const pages = docsPages(program, specs);
  expect(readdirSync(folder).toSorted()).toEqual(pages.map(({ file }) => file).toSorted());
  for (const { file, text } of pages) expect(readFileSync(join(folder, file), 'utf8')).toBe(text);
});
