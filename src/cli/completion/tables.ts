import type { Command, Option } from 'commander';
import { leafCommands } from '../command-tree.ts';
import { commandPath } from '../command.ts';
import { TOPICS } from '../help/topics.ts';
import { argumentKind, optionKind } from './kinds.ts';

/**
 * What the scripts of all shells know of a command, as lines of fields with tabs between, none of them empty:
 * `c NAME SUMMARY` a command below it, `o FLAG KIND SUMMARY` an option, `a KIND` an argument, `A KIND` one that may be repeated.
 */
interface CompletionTable {
  /** `runs list`; empty for mlo itself. With the other name of a command where it has one. */
  readonly paths: readonly string[];
  readonly lines: readonly string[];
}

export interface CompletionTables {
  readonly commands: readonly CompletionTable[];
  /** Lines of the options that every command takes. */
  readonly globals: readonly string[];
}

export function completionTables(program: Command): CompletionTables {
  const visible = program.commands.filter((command) => !isHidden(command));
  const families = visible.filter((command) => command.commands.length > 0);
  const leaves = leafCommands(program).filter((command) => !isHidden(command));
  const words = [...visible.map((command) => command.name()), ...TOPICS];
  return {
    commands: [
      { paths: [''], lines: visible.flatMap(commandLines) },
      ...families.map((family) => ({ paths: [family.name()], lines: family.commands.flatMap(commandLines) })),
      ...leaves.map((command) => ({
        paths: pathsOf(command),
        lines: [
          ...command.options.flatMap(optionLines),
          ...command.registeredArguments.map(
            (argument) => `${argument.variadic ? 'A' : 'a'}\t${argumentKind(commandPath(command), argument, words)}`,
          ),
        ],
      })),
    ],
    globals: [...program.options.flatMap(optionLines), 'o\t--help\t-\tshow this help', 'o\t-h\t-\tshow this help'],
  };
}

function pathsOf(command: Command): readonly string[] {
  const path = commandPath(command);
  return [path, ...command.aliases().map((alias) => path.replace(/[^ ]+$/, alias))];
}

function commandLines(command: Command): readonly string[] {
  return [command.name(), ...command.aliases()].map((name) => `c\t${name}\t${plain(command.summary())}`);
}

function optionLines(option: Option): readonly string[] {
  if (option.hidden) return [];
  const names = [option.long, option.short].filter((name) => name !== undefined && name !== null);
  return names.map((name) => `o\t${name}\t${optionKind(option)}\t${plain(option.description)}`);
}

/** One field. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim() || '-';
}

/** commander keeps it to itself, but for its help. */
function isHidden(command: Command): boolean {
  return !command.parent?.createHelp().visibleCommands(command.parent).includes(command);
}
