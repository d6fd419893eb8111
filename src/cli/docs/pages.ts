import { Help, type Command } from 'commander';
import type { AnyCommandSpec } from '../command.ts';
import { commandPath } from '../command.ts';
import { leafCommands } from '../command-tree.ts';
import { TOPICS, topicTable } from '../help/topics.ts';

export interface Page {
  /** Within `docs/cli/`. */
  readonly file: string;
  readonly text: string;
}

type Specs = ReadonlyMap<Command, AnyCommandSpec>;

const NOTICE = '<!-- Made by `npm run docs` from the commands themselves; changes here are lost. -->';

/** One page for each command and each help topic, and the list of all. */
export function docsPages(program: Command, specs: Specs): readonly Page[] {
  const commands = leafCommands(program).filter((command) => specs.get(command)?.hidden !== true);
  return [
    { file: 'README.md', text: indexPage(program, commands) },
    ...commands.map((command) => ({ file: pageName(command), text: commandPage(command, specs.get(command)) })),
    ...TOPICS.map((topic) => ({ file: `${topic}.md`, text: topicPage(topic) })),
  ];
}

function indexPage(program: Command, commands: readonly Command[]): string {
  const help = new Help();
  const groups = Map.groupBy(commands, (command) => topLevel(command).helpGroup().replace(/:$/, ''));
  return page('The command line', [
    program.description(),
    ...[...groups].flatMap(([group, members]) => [
      `## ${group}`,
      table(
        ['Command', 'What it does'],
        members.map((command) => [`[\`mlo ${commandPath(command)}\`](${pageName(command)})`, command.summary()]),
      ),
    ]),
    '## Options of every command',
    optionTable(help.visibleOptions(program)),
    '## Help topics',
    TOPICS.map((topic) => `- [${topicTable(topic).title}](${topic}.md)`).join('\n'),
  ]);
}

function commandPage(command: Command, spec: AnyCommandSpec | undefined): string {
  const help = new Help();
  const options = help.visibleOptions(command).filter((option) => option.long !== '--help');
  return page(`mlo ${commandPath(command)}`, [
    `\`\`\`sh\n${help.commandUsage(command)}\n\`\`\``,
    ...sentences(command.description()),
    ...(options.length === 0 ? [] : ['## Options', optionTable(options)]),
    '[Options of every command](README.md#options-of-every-command), [exit codes](exit-codes.md).',
    '## Examples',
    ...(spec?.examples ?? []).map(([line, does]) => `${capital(does)}:\n\n\`\`\`sh\n${line}\n\`\`\``),
    ...jsonSection(spec),
  ]);
}

function jsonSection(spec: AnyCommandSpec | undefined): string[] {
  if (spec?.json === undefined) return [];
  const rows = spec.json.map(([field, means]) => [`\`${field}\``, means]);
  return [
    '## JSON',
    'Fields of `data` with `--json`; `?` marks those that may be absent. Later versions may add fields.',
    table(['Field', 'Meaning'], rows),
  ];
}

function topicPage(topic: (typeof TOPICS)[number]): string {
  const { title, intro, head, rows } = topicTable(topic);
  return page(title, [
    intro,
    table(
      head,
      rows.map(([first = '', ...rest]) => [`\`${first}\``, ...rest]),
    ),
  ]);
}

function page(title: string, parts: readonly string[]): string {
  return `${[NOTICE, `# ${title}`, ...parts].join('\n\n')}\n`;
}

function optionTable(options: readonly { readonly flags: string; readonly description: string }[]): string {
  return table(
    ['Option', 'Meaning'],
    options.map(({ flags, description }) => [`\`${flags}\``, description]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function pageName(command: Command): string {
  return `${commandPath(command).replaceAll(' ', '-')}.md`;
}

function topLevel(command: Command): Command {
  let current = command;
  while (current.parent?.parent) current = current.parent;
  return current;
}

function sentences(description: string): string[] {
  return description.split('\n\n').map((part) => (/[.!?)]$/.test(part) ? capital(part) : `${capital(part)}.`));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
