import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { commandLog } from './command-log.ts';

export interface CommandOptions {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string | undefined };
  /** Sent to stdin; without it stdin is empty. */
  readonly input?: string;
  /** SIGKILL to the process group after this, milliseconds (default 60,000). */
  readonly timeoutMs?: number;
}

export interface CommandResult {
  /** The exit code; 128 + n after signal n, as a shell has it. */
  readonly code: number;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. */
  json<T = any>(): T;
}

/** A command at work: talk to it (`child.kill`, `child.stdin`), wait for a text, then for its end. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandResult>;
  /** Resolves with the output so far once stdout or stderr holds the text; fails when the command ends without it. */
  waitFor(text: string | RegExp): Promise<string>;
  /** To the whole process group, as Ctrl-C in a terminal does. */
  signalGroup(signal: NodeJS.Signals): void;
}

const DEFAULT_TIMEOUT_MS = 60_000;

export async function runCommand(program: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return startCommand(program, args, options).ended;
}

export function startCommand(program: string, args: readonly string[], options: CommandOptions): RunningCommand {
  const started = performance.now();
  const child = spawn(program, args, { cwd: options.cwd, env: definedOnly(options.env), stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const output = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const watcher of watchers) watcher();
    });
  }
  child.stdin.on('error', ignoreClosedPipe);
  child.stdin.end(options.input ?? '');

  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const result = commandResult(code, signal, output);
      const ending = signal === null ? `exit ${result.code}` : `ended by ${signal}`;
      commandLog.add({
        command: [program, ...args].join(' '),
        cwd: options.cwd,
        ending,
        ...output,
        durationMs: performance.now() - started,
      });
      resolve(result);
    });
  });

  return {
    child,
    ended,
    signalGroup: (signal) => signalGroup(child, signal),
    waitFor: (text) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          const all = output.stdout + output.stderr;
          if (typeof text === 'string' ? !all.includes(text) : !text.test(all)) return;
          watchers.delete(check);
          resolve(all);
        };
        watchers.add(check);
        check();
        ended.then(() => reject(new Error(`the command ended without ${String(text)}:\n${output.stdout}${output.stderr}`)), reject);
      }),
  };
}

export function commandResult(
  code: number | null,
  signal: NodeJS.Signals | null,
  output: { stdout: string; stderr: string },
): CommandResult {
  const { stdout, stderr } = output;
  return { code: code ?? 128 + signalNumber(signal), signal, stdout, stderr, json: () => parseJson(stdout, stderr) };
}

function parseJson(stdout: string, stderr: string): any {
  try {
    return JSON.parse(stdout);
  } catch (error) {
    throw new Error(`stdout is not one JSON document:\n${stdout}\nstderr:\n${stderr}`, { cause: error });
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal];
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') throw error;
}

function definedOnly(env: CommandOptions['env']): { [name: string]: string } {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
