import type { FifoReader } from './fifo-reader.ts';
import type { FromHelper } from './spawn-protocol.ts';
import { groupRuns, signalGroup } from './process-group.ts';

/** `file` is an absolute path; `env` is the whole environment. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
  /** stdout and stderr in the order in which they were written; the kernel does not tell which was which. */
  readonly onOutput: (bytes: Buffer) => void;
}

export type CommandEnd =
  /** `cpuMs`: processor time of the command and of what it waited for, where the system tells. */
  | { readonly kind: 'exited'; readonly code: number | null; readonly signal: string | null; readonly cpuMs?: number }
  /** It never ran: `errno` is that of the system call, e.g. ENOENT. */
  | { readonly kind: 'not-started'; readonly errno: string; readonly message: string }
  /** The helper died; the command was killed. */
  | { readonly kind: 'lost'; readonly message: string };

export interface RunningCommand {
  /** Resolves when the leader ended, its group is gone and the output was read. */
  readonly ended: Promise<CommandEnd>;
  /** Of the leader of its session and group; undefined until it has started. */
  readonly pid: () => number | undefined;
  /** Ends the process group: SIGTERM now, SIGKILL after `graceMs`. */
  stop(graceMs: number): void;
  /** SIGKILL to the process group, at once. */
  kill(): void;
}

/** How long members of the group may outlive their leader by themselves (the `tee` of a `> >(tee log)`). */
const LINGER_MS = 1000;
/** From SIGTERM to SIGKILL for those that do not go. */
const SURVIVOR_GRACE_MS = 2000;
/** How long a killed process is waited for: one in an uninterruptible system call may stay for ever. */
const KILLED_LIMIT_MS = 5000;
const POLL_MS = 20;

type CommandExit = Omit<Extract<FromHelper, { readonly type: 'exit' }>, 'type' | 'id'>;

export interface CommandControl extends RunningCommand {
  started(pid: number): void;
  exited(exit: CommandExit): void;
  notStarted(errno: string, message: string): void;
  lost(message: string): void;
}

/**
 * The life of one command on mlo's side. `onEnd` gets whether the FIFO came to its end, that is
 * whether another command may use it.
 */
export function superviseCommand(output: FifoReader, onEnd: (clean: boolean) => void): CommandControl {
  const { promise: ended, resolve } = Promise.withResolvers<CommandEnd>();
  let group: number | undefined;
  /** What is asked before the helper has told the process number is done as soon as it does. */
  let pending: (() => void) | undefined;
  let killTimer: NodeJS.Timeout | undefined;
  let killedAt: number | undefined;
  let stopping = false;
  let over = false;

  function whenStarted(action: () => void): void {
    if (group === undefined) pending = action;
    else if (!over) action();
  }

  function send(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL') killedAt ??= performance.now();
    if (group !== undefined) signalGroup(group, signal);
  }

  function stop(graceMs: number): void {
    if (stopping) return;
    stopping = true;
    whenStarted(() => {
      send('SIGTERM');
      // A stopped process (SIGSTOP) acts on SIGTERM only when it goes on.
      send('SIGCONT');
      killTimer = setTimeout(() => send('SIGKILL'), graceMs);
    });
  }

  function kill(): void {
    stopping = true;
    whenStarted(() => send('SIGKILL'));
  }

  async function settle(end: CommandEnd, survivors: boolean): Promise<void> {
    if (survivors && group !== undefined) await outliveSurvivors(group);
    const clean = await output.drain();
    finish(end, clean);
  }

  /** Outs are read as soon as a stage is over, so nothing of it may still write then. */
  async function outliveSurvivors(survivingGroup: number): Promise<void> {
    const lingerUntil = performance.now() + LINGER_MS;
    while (groupRuns(survivingGroup) && !isBeyondHelp()) {
      if (!stopping && performance.now() > lingerUntil) stop(SURVIVOR_GRACE_MS);
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
  }

  function isBeyondHelp(): boolean {
    return killedAt !== undefined && performance.now() - killedAt > KILLED_LIMIT_MS;
  }

  function finish(end: CommandEnd, clean: boolean): void {
    if (over) return;
    over = true;
    clearTimeout(killTimer);
    output.close();
    onEnd(clean);
    resolve(end);
  }

  return {
    ended,
    pid: () => group,
    stop,
    kill,
    started: (pid) => {
      group = pid;
      output.attach();
      pending?.();
    },
    exited: ({ code, signal, survivors, cpuMs }) => {
      void settle({ kind: 'exited', code, signal, ...(cpuMs === undefined ? {} : { cpuMs }) }, survivors);
    },
    notStarted: (errno, message) => finish({ kind: 'not-started', errno, message }, false),
    lost: (message) => {
      send('SIGKILL');
      void settle({ kind: 'lost', message }, true);
    },
  };
}
