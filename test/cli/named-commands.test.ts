import { expect, it } from 'vitest';
import { commandNamed } from '../../src/cli/command-named.ts';
import { leafCommands } from '../../src/cli/command-tree.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { documents, documentText } from '../helpers/markdown.ts';

const { program } = await buildProgram(async () => {});
const LEAVES = new Set(leafCommands(program));
const NAMED = documents().flatMap((page) => namedCommands(documentText(page)).map((named) => [page, named] as const));

it.each([...new Set(NAMED.map(([page]) => page))])('%s names commands that exist', (page) => {
  for (const [, named] of NAMED.filter(([each]) => each === page)) {
    const found = commandNamed(program, named.split(' ').slice(1));
    const isFamily = found.commands.length > 0 && named.split(' ').length === 2;
    expect(LEAVES.has(found) || isFamily, `${page}: ${named}`).toBe(true);
  }
});

it('the documents name many', () => expect(NAMED.length).toBeGreaterThan(100));

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
