import { EXIT } from '../core/errors/catalogue.ts';
import { guardStreams } from './io.ts';
import { failLine, runLine } from './run-line.ts';
import { Session } from './session.ts';
import { installSignals } from './signals.ts';

/** Handles that somebody forgot to close keep the process no longer than this, once all is said. */
const LINGER_MS = 2000;

/** Runs one command line (without `node` and the script) and returns its exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  guardStreams();
  const session = new Session(argv, installSignals());
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => void failLine(argv, session, error).then((code) => process.exit(code)));
  }
  return await runLine(argv, session);
}

// Stands only where nothing is left to wait for before the command has ended.
process.exitCode = EXIT.internal;
// Not awaited: the bundle has this file in one with what most commands load, and parts that are loaded later wait for that file.
void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
  setTimeout(() => process.exit(), LINGER_MS).unref();
});
