import { MloError } from '../core/errors/mlo-error.ts';
import { commandPath } from './command.ts';
import { commandNamed, wordsOf } from './command-named.ts';
import { describe } from './commands/help.ts';
import { guessColor, guessOutput, presetOptionalValues } from './globals.ts';
import { writeOut } from './io.ts';
import { buildProgram } from './program.ts';
import type { Session } from './session.ts';

/** Runs one command line (without `node` and the script) in its session, and returns its exit code. Never throws. */
export async function runLine(argv: readonly string[], session: Session): Promise<number> {
  const output = guessOutput(argv);
  const { program } = await buildProgram(session.run, output === 'human' ? writeOut : () => {}, argv);
  try {
    await program.parseAsync(argv.length === 0 ? ['--help'] : presetOptionalValues(argv), { from: 'user' });
    return session.exitCode;
  } catch (error) {
    const { printedBy, toUsageError } = await import('./usage-error.ts');
    const command = commandNamed(program, argv);
    const printed = printedBy(error);
    if (printed === undefined) {
      session.meant(commandPath(command));
      const meant = { path: commandPath(command), words: wordsOf(program, argv), verbs: command.commands.map((verb) => verb.name()) };
      return await failLine(argv, session, error instanceof MloError ? error : toUsageError(error, meant));
    }
    if (output !== 'human') session.answer(output, printed, printed === 'version' ? { version: program.version() } : describe(command));
    return session.exitCode;
  }
}

/** Shows what ended it in the way that the line asked for; returns the exit code. */
export async function failLine(argv: readonly string[], session: Session, error: unknown): Promise<number> {
  await session.fail(error, guessOutput(argv), guessColor(argv));
  return session.exitCode;
}
