import type { Failure } from './protocol.ts';
import { stageThrew, type FailureOptions } from './stage-failure.ts';

/**
 * What a stage must not do to the process that it shares, or cannot do in a thread, ends it with a
 * sentence instead. `fail` reports a failure; the stage is over with the first one.
 */
export function guardProcess(options: FailureOptions, fail: (failure: Failure) => void): void {
  process.exit = (code) => {
    const error = new Error(`it called process.exit(${code ?? ''}); a stage ends by returning, or by throwing an error`);
    fail(stageThrew(error, options));
    throw error;
  };
  process.chdir = () => {
    throw new Error('process.chdir does not work in a stage: use the absolute paths in `deps` and `outs`');
  };
  process.on('uncaughtException', (error) => fail(stageThrew(error, options)));
  process.on('unhandledRejection', (reason) => fail(stageThrew(reason, options)));
  // Node's own printer is replaced only for its notes on features that mlo itself relies on.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
}
