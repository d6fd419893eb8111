import type { Command } from 'commander';

/** The command of that name or alias below another one. */
export function commandCalled(parent: Command, word: string): Command | undefined {
  return parent.commands.find((each) => each.name() === word || each.aliases().includes(word));
}

/** The commands that do something, those of families among them, in the order of the help. */
export function leafCommands(program: Command): readonly Command[] {
  return program.commands.flatMap((command) => (command.commands.length === 0 ? [command] : leafCommands(command)));
}
