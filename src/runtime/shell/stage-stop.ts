import { startTimer } from '../../fs/long-timer.ts';
import type { RunningCommand } from './running-command.ts';

/** From SIGTERM to SIGKILL: time to write a checkpoint. */
const STOP_GRACE_MS = 10_000;

type StopReason = 'interrupted' | 'timeout' | 'log';

/** Ends the command at work when the stage is to stop, and remembers why. */
export interface StageStop {
  readonly reason: () => StopReason | undefined;
  /** The command that a stop ends from now on. */
  watch(command: RunningCommand): void;
  request(reason: StopReason): void;
  dispose(): void;
}

export interface StopSources {
  readonly signal: AbortSignal;
  /** Aborted by the second Ctrl-C. */
  readonly forced?: AbortSignal;
  /** Milliseconds for all commands of the stage together. */
  readonly timeoutMs?: number;
}

export function watchForStop({ signal, forced, timeoutMs }: StopSources): StageStop {
  let reason: StopReason | undefined;
  let command: RunningCommand | undefined;

  function request(why: StopReason): void {
    reason ??= why;
    command?.stop(STOP_GRACE_MS);
  }

  const interrupt = (): void => request('interrupted');
  const force = (): void => {
    reason ??= 'interrupted';
    command?.kill();
  };
  const cancelTimeout = timeoutMs === undefined ? undefined : startTimer(timeoutMs, () => request('timeout'));
  signal.addEventListener('abort', interrupt);
  forced?.addEventListener('abort', force);
  if (signal.aborted) interrupt();
  if (forced?.aborted === true) force();

  return {
    reason: () => reason,
    watch: (next) => {
      command = next;
      if (forced?.aborted === true) next.kill();
      else if (reason !== undefined) next.stop(STOP_GRACE_MS);
    },
    request,
    dispose: () => {
      cancelTimeout?.();
      signal.removeEventListener('abort', interrupt);
      forced?.removeEventListener('abort', force);
    },
  };
}
