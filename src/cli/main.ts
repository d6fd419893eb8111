import { MloError } from '../core/errors/mlo-error.ts';
import { guessColor, guessOutput, presetOptionalValues } from './globals.ts';
import { guardStreams } from './io.ts';
import { buildProgram } from './program.ts';
import { Session } from './session.ts';
import { installSignals } from './signals.ts';
import { toUsageError } from './usage-error.ts';

/** Handles that somebody forgot to close keep the process no longer than this, once all is said. */
const LINGER_MS = 2000;

/** Runs one command line (without `node` and the script) and returns its exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  guardStreams();
  const session = new Session(argv, installSignals());
  const fail = async (error: unknown): Promise<number> => {
    await session.fail(error, guessOutput(argv), guessColor(argv));
    return session.exitCode;
  };
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => void fail(error).then((code) => process.exit(code)));
  }
  try {
    await buildProgram(session.run).program.parseAsync(argv.length === 0 ? ['--help'] : presetOptionalValues(argv), { from: 'user' });
    return session.exitCode;
  } catch (error) {
    const usage = error instanceof MloError ? error : toUsageError(error);
    return usage === 'shown' ? session.exitCode : await fail(usage);
  }
}

process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), LINGER_MS).unref();
