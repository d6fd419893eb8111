import type { Command } from 'commander';
import { commandCalled } from './command-tree.ts';

/** The command that a line asks for, as far as its words name one (`stage`, `stage list`); the program itself where the first names none. */
export function commandNamed(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (const word of wordsOf(program, argv)) {
    const next = commandCalled(command, word);
    if (next === undefined) break;
    command = next;
  }
  return command;
}

/** The words of a line before `--`, without options and the values of those that stand before the command. */
export function wordsOf(program: Command, argv: readonly string[]): readonly string[] {
  const words: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-')) words.push(word);
    else if (program.options.some(({ short, long, required }) => required && (word === short || word === long))) index += 1;
  }
  return words;
}
