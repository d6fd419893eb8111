import { createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { commandLog } from './command-log.ts';
import { LINE_BUNDLE } from './line-bundle.ts';
import { LAUNCHER } from './paths.ts';
import { commandResult, type CommandResult } from './run-command.ts';

type Write = typeof process.stdout.write;

let atWork: string | undefined;

/**
 * A whole command line in the process of the test, with all that it prints and its exit code: a start of Node less, which is the most of what short
 * commands cost. Working folder, arguments, environment and streams are the command's until it has ended. Signals, stdin, the ends of processes and two commands
 * at once need processes.
 */
export async function lineHere(
  cwd: string,
  args: readonly string[],
  env: { readonly [name: string]: string | undefined },
): Promise<CommandResult> {
  const command = `mlo ${args.join(' ')}`;
  if (atWork !== undefined) throw new Error(`${command} is begun beside ${atWork}: what is to run at the same time has to be started`);
  atWork = command;
  const started = performance.now();
  const output = { stdout: '', stderr: '' };
  const undo = takeProcess(cwd, args, env, output);
  let code = 0;
  try {
    const { runLine, Session } = lineModules();
    code = await runLine(args, new Session(args, neverInterrupted()));
  } finally {
    undo();
    atWork = undefined;
    commandLog.add({ command, cwd, ending: `exit ${code} (in the test's process)`, ...output, durationMs: performance.now() - started });
  }
  return commandResult(code, null, output);
}

let modules: typeof import('./line-modules.ts') | undefined;

function lineModules(): typeof import('./line-modules.ts') {
  if (modules !== undefined) return modules;
  enableCompileCache(join(LINE_BUNDLE, '../.compile-cache'));
  return (modules = createRequire(import.meta.url)(LINE_BUNDLE) as typeof import('./line-modules.ts'));
}

/** Gives the process the command's folder, arguments, variables and streams; the result puts all back. */
function takeProcess(
  cwd: string,
  args: readonly string[],
  env: { readonly [name: string]: string | undefined },
  output: { stdout: string; stderr: string },
): () => void {
  const before = { cwd: process.cwd(), argv: process.argv, env: process.env, out: process.stdout.write, err: process.stderr.write };
  const keep = (name: 'stdout' | 'stderr'): Write => {
    const decoder = new TextDecoder();
    return ((chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      output[name] += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
      const done = rest.findLast((each) => typeof each === 'function') as ((error?: Error | null) => void) | undefined;
      done?.(null);
      return true;
    }) as Write;
  };
  process.chdir(cwd);
  process.argv = [process.execPath, LAUNCHER, ...args];
  process.env = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
  process.stdout.write = keep('stdout');
  process.stderr.write = keep('stderr');
  return () => {
    process.stdout.write = before.out;
    process.stderr.write = before.err;
    process.env = before.env;
    process.argv = before.argv;
    process.chdir(before.cwd);
  };
}

function neverInterrupted(): ConstructorParameters<(typeof import('./line-modules.ts'))['Session']>[1] {
  return {
    signal: new AbortController().signal,
    forced: new AbortController().signal,
    onFirst: () => {},
    restoreTerminal: () => {},
    stopsGently: true,
    interrupt: () => {},
  };
}
