import type { Command } from 'commander';

/** The commands that do something, those of families among them, in the order of the help. */
export function leafCommands(program: Command): readonly Command[] {
  return program.commands.flatMap((command) => (command.commands.length === 0 ? [command] : leafCommands(command)));
}
