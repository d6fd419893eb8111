import { describe, expect, it } from 'vitest';
import { presetOptionalValues } from '../../src/cli/globals.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { commandsOf, documents, documentText, fencesOf } from '../helpers/markdown.ts';

/** `sh`: what to type; `console`: what was typed after `$ `, and what was printed. */
const LINES = documents().flatMap((path) =>
  path.startsWith('docs/cli/')
    ? []
    : fencesOf(documentText(path)).flatMap(({ language, text }) => {
        const typed = language === 'console' ? text.replaceAll(/^(?!\$ ).*$/gm, '') : text;
        return language === 'sh' || language === 'console' ? commandsOf('mlo', typed).map((words) => [path, words] as const) : [];
      }),
);

describe('command lines in the documents', () => {
  it.each(LINES)('%s: the command line understands: mlo %j', async (_path, words) => {
    expect(await understood(words)).toHaveLength(1);
  });

  it('are many, in the README and on every page of the guide', () => {
    const withLines = new Set(LINES.map(([path]) => path));
    expect(withLines).toContain('README.md');
    const pages = documents().filter((path) => path.startsWith('docs/guide/') && path !== 'docs/guide/README.md');
    expect(pages.filter((page) => !withLines.has(page))).toEqual([]);
    expect(LINES.length).toBeGreaterThan(100);
  });

  it('and those of the picture in the README, too', async () => {
    const [, title = ''] = /<title>A terminal: (.*)<\/title>/.exec(documentText('docs/terminal.svg')) ?? [];
    const commands = commandsOf('mlo', title.replaceAll(', ', '\n'));
    expect(commands.length).toBeGreaterThan(2);
    for (const words of commands) expect(await understood(words)).toHaveLength(1);
  });

  it('are read as a shell reads them', () => {
    const text = `X=1 npx mlo push -r a # all\npython3 t.py | mlo log metric --stream\nmlo runs search 'a > 1 | 2' && mlo cat x@v1 > y; mlo note "b #c"\nmlox\n`;
    expect(commandsOf('mlo', text)).toEqual([
      ['push', '-r', 'a'],
      ['log', 'metric', '--stream'],
      ['runs', 'search', 'a > 1 | 2'],
      ['cat', 'x@v1'],
      ['note', 'b #c'],
    ]);
  });
});

/** Names of the commands that would run. */
async function understood(words: readonly string[]): Promise<readonly string[]> {
  const ran: string[] = [];
  const { program } = await buildProgram(async (_spec, path) => void ran.push(path), undefined, words);
  await program.parseAsync(presetOptionalValues(words), { from: 'user' });
  return ran;
}
