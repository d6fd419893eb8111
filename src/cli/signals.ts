import { EXIT } from '../core/errors/catalogue.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { writeErrNow } from './io.ts';

/** What Ctrl-C, a terminal that closes, and `kill` mean for this process. */
export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** Aborted by the second one, right before the process ends. */
  readonly forced: AbortSignal;
  /** Called at the first signal, to say that work is being stopped. */
  onFirst: () => void;
  /** Puts the terminal back in order; called before the process ends at once. */
  restoreTerminal: () => void;
  /** false: the command has nothing to tidy up, the first signal ends it. */
  stopsGently: boolean;
  readonly interrupt: () => void;
}

/** The launcher (bin/mlo.js), where it runs this process on another Node, sends it for each of SIGNALS that it gets. */
const PASSED_ON = 'SIGUSR2';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function installSignals(): Interruption {
  const first = new AbortController();
  const second = new AbortController();
  const interruption: Interruption = {
    signal: first.signal,
    forced: second.signal,
    onFirst: () => {},
    restoreTerminal: () => {},
    stopsGently: true,
    interrupt,
  };
  function interrupt(): void {
    if (first.signal.aborted || !interruption.stopsGently) {
      first.abort(new MloError('MLO_INTERRUPTED', 'Interrupted'));
      second.abort();
      interruption.restoreTerminal();
      // The terminal has just printed `^C`.
      if (process.stderr.isTTY) writeErrNow('\n');
      process.exit(EXIT.interrupted);
    }
    interruption.onFirst();
    first.abort(new MloError('MLO_INTERRUPTED', 'Interrupted'));
  }
  // Ctrl-C in a terminal comes to the launcher and to this process, `kill` to one of them: what both heard counts once.
  const heard = { here: 0, launcher: 0 };
  const count = (by: keyof typeof heard): void => {
    const before = Math.max(heard.here, heard.launcher);
    heard[by] += 1;
    if (heard[by] > before) interrupt();
  };
  for (const name of SIGNALS) process.on(name, () => count('here'));
  process.on(PASSED_ON, () => count('launcher'));
  return interruption;
}
