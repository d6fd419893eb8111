import { userInfo } from 'node:os';
import { isGone, ownIdentity, type ProcessIdentity } from '../fs/process-identity.ts';

/** The process that a run belongs to, as the columns of `runs` keep it. */
export interface RunProcess {
  readonly pid: number;
  readonly host: string;
  /** Tells two processes apart that had the same pid one after the other; absent where the system does not say. */
  readonly start?: string;
  readonly user: string;
}

export function runProcess(given: { readonly pid?: number; readonly host?: string; readonly user?: string }): RunProcess {
  const own = ownIdentity();
  const start = given.pid === undefined ? startText(own) : undefined;
  return {
    pid: given.pid ?? own.pid,
    host: given.host ?? own.host,
    user: given.user ?? userName(),
    ...(start === undefined ? {} : { start }),
  };
}

export type Liveness = 'alive' | 'gone' | 'unknown';

/** 'unknown': on another host, in another container, or where pids may have been used again unseen. */
export function livenessOf({ pid, host, start }: Omit<RunProcess, 'user'>): Liveness {
  const own = ownIdentity();
  const identity = readStart({ pid, host }, start);
  if (isGone(identity)) return 'gone';
  const certain = host === own.host && identity.startTicks !== undefined && identity.pidNamespace === own.pidNamespace;
  return certain ? 'alive' : 'unknown';
}

function startText({ boot, pidNamespace, startTicks }: ProcessIdentity): string | undefined {
  return boot === undefined || pidNamespace === undefined || startTicks === undefined ? undefined : `${boot} ${pidNamespace} ${startTicks}`;
}

function readStart(process: { readonly pid: number; readonly host: string }, start: string | undefined): ProcessIdentity {
  const [boot, pidNamespace, startTicks] = start?.split(' ') ?? [];
  if (boot === undefined || pidNamespace === undefined || startTicks === undefined) return process;
  return { ...process, boot, pidNamespace, startTicks };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch (error) {
    // A user id without an account, as containers have.
    if ((error as { code?: unknown }).code !== 'ERR_SYSTEM_ERROR') throw error;
    return String(process.getuid?.() ?? 'unknown');
  }
}
