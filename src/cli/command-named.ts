import type { Command } from 'commander';

/** The command that a line asks for, as far as its words name one (`stage`, `stage list`); the program itself where the first names none. */
export function commandNamed(program: Command, argv: readonly string[]): Command {
  let command = program;
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') break;
    if (word.startsWith('-')) {
      const option = program.options.find(({ short, long }) => word === short || word === long);
      if (option?.required === true) index += 1;
      continue;
    }
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
  }
  return command;
}
