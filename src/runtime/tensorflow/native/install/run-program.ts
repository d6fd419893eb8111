import { spawn } from 'node:child_process';
import { throwIfInterrupted } from '../../../../fs/interrupt.ts';

export interface ProgramOptions {
  readonly env: { readonly [name: string]: string | undefined };
  readonly cwd?: string;
  readonly signal?: AbortSignal;
  /** Default: none. */
  readonly timeoutMs?: number;
}

export interface ProgramResult {
  /** Null where it was ended by a signal or could not be started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Most characters of each stream that are kept, from its end. */
const KEPT = 64 * 1024;

/** Runs a program to its end; undefined where there is no such program. Throws MLO_INTERRUPTED, once it has ended. */
export async function runProgram(program: string, args: readonly string[], options: ProgramOptions): Promise<ProgramResult | undefined> {
  const { env, cwd, signal, timeoutMs } = options;
  throwIfInterrupted(signal);
  const result = await new Promise<ProgramResult | undefined>((resolve, reject) => {
    const child = spawn(program, args, {
      env: env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(cwd === undefined ? {} : { cwd }),
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-KEPT);
      });
    }
    const end = (): void => endGroup(child.pid);
    const timer = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
    signal?.addEventListener('abort', end, { once: true });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    child.on('close', (code, ended) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve({ code, signal: ended, ...output });
    });
  });
  throwIfInterrupted(signal);
  return result;
}

/** A compiler and pip have children of their own. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
