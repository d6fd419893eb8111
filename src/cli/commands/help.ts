import { Help, type Command } from 'commander';
import { MloError } from '../../core/errors/mlo-error.ts';
import { nearest } from '../../core/text/nearest.ts';
import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { commandCalled } from '../command-tree.ts';
import { isTopic, TOPICS, topicLines, topicTable } from '../help/topics.ts';

/** `mlo help`, `mlo help stage list`, `mlo help exit-codes`; with --json the whole command tree as data. */
export function helpVerb(program: Command): AnyCommandSpec {
  return defineCommand({
    usage: 'help [words...]',
    summary: 'help on a command or a topic',
    details: `Topics: ${TOPICS.join(', ')}. With --json: all commands, arguments and options as data.`,
    examples: [
      ['mlo help stage list', 'the help of a command'],
      ['mlo help exit-codes', 'what the exit codes mean'],
    ],
    json: [
      ['topic, text', 'of a topic: its name, and what is printed of it'],
      ['head, rows', 'of a topic: the titles of its columns, and its rows'],
      ['name, usage, options, commands', 'of a command: it and the commands below it'],
    ],
    async run({ globals }: Invocation, _flags: object, words: readonly string[]): Promise<Outcome> {
      const [topic] = words;
      if (words.length === 1 && topic !== undefined && isTopic(topic)) {
        const lines = topicLines(topic);
        const { head, rows } = topicTable(topic);
        return { data: { topic, text: lines.join('\n'), head, rows }, lines };
      }
      const command = findCommand(program, words);
      if (globals.output === 'human') command.outputHelp();
      return { data: describe(command) };
    },
  });
}

export interface CommandDescription {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly arguments: readonly { readonly name: string; readonly required: boolean; readonly many: boolean }[];
  readonly options: readonly { readonly flags: string; readonly description: string }[];
  readonly commands: readonly CommandDescription[];
}

export function describe(command: Command): CommandDescription {
  const help = new Help();
  return {
    name: command.name(),
    summary: command.summary() || command.description(),
    usage: help.commandUsage(command),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      required: argument.required,
      many: argument.variadic,
    })),
    options: command.options.map(({ flags, description }) => ({ flags, description })),
    commands: command.commands.map(describe),
  };
}

function findCommand(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) {
    const names: string[] = command.commands.flatMap((each) => [each.name(), ...each.aliases()]);
    const found = commandCalled(command, word);
    if (found === undefined) {
      const near = nearest(word, command === program ? [...names, ...TOPICS] : names);
      throw new MloError('MLO_USAGE', `There is no command or help topic '${words.join(' ')}'`, {
        hint: near === undefined ? 'mlo help' : `Did you mean ${near}?`,
      });
    }
    command = found;
  }
  return command;
}
