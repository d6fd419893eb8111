import { EXIT } from '../core/errors/catalogue.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { commandPath } from './command.ts';
import { commandNamed, wordsOf } from './command-named.ts';
import { describe } from './commands/help.ts';
import { guessColor, guessOutput, presetOptionalValues } from './globals.ts';
import { guardStreams, writeOut } from './io.ts';
import { buildProgram } from './program.ts';
import { Session } from './session.ts';
import { installSignals } from './signals.ts';

/** Handles that somebody forgot to close keep the process no longer than this, once all is said. */
const LINGER_MS = 2000;

/** Runs one command line (without `node` and the script) and returns its exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  guardStreams();
  const session = new Session(argv, installSignals());
  const output = guessOutput(argv);
  const fail = async (error: unknown): Promise<number> => {
    await session.fail(error, output, guessColor(argv));
    return session.exitCode;
  };
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => void fail(error).then((code) => process.exit(code)));
  }
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
      return await fail(error instanceof MloError ? error : toUsageError(error, meant));
    }
    if (output !== 'human') session.answer(output, printed, printed === 'version' ? { version: program.version() } : describe(command));
    return session.exitCode;
  }
}

// Stands only where nothing is left to wait for before the command has ended.
process.exitCode = EXIT.internal;
// Not awaited: the bundle has this file in one with what most commands load, and parts that are loaded later wait for that file.
void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), LINGER_MS).unref();
});
