import { MloError } from '../../core/errors/mlo-error.ts';
import { reasonOf } from '../../runtime/api/create-run.ts';
import type { EndStatus } from '../../runtime/api/stage-run.ts';
import type { OpenRun } from './script-runs.ts';
import { closeIdleSessions, closeSessionsNow } from './script-session.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface End {
  readonly status: EndStatus;
  readonly reason?: string;
}

let watched = false;

/** Runs that a script leaves open end as its process does: FINISHED, FAILED by an error or an exit code, KILLED by a signal. */
export function endWithProcess(openRuns: ReadonlyMap<string, OpenRun>): void {
  if (watched) return;
  watched = true;
  let thrown: { readonly error: unknown } | undefined;
  let signalled: NodeJS.Signals | undefined;

  function endOf(code: number): End {
    if (thrown !== undefined) return { status: 'FAILED', reason: reasonOf(thrown.error) };
    if (signalled !== undefined) return { status: 'KILLED', reason: signalled };
    return code === 0 ? { status: 'FINISHED' } : { status: 'FAILED', reason: `the process ended with exit code ${code}` };
  }

  function endAllNow(end: End): void {
    for (const run of innermostFirst(openRuns)) unlessTracking(() => run.endNow(end.status, end.reason));
    unlessTracking(closeSessionsNow);
  }

  // The script is done: there is time yet to read what is to be kept.
  process.on('beforeExit', (code) => {
    const { status, reason } = endOf(code);
    void endAll(openRuns, status, reason);
  });
  process.on('uncaughtExceptionMonitor', (error) => (thrown ??= { error }));
  process.on('exit', (code) => endAllNow(endOf(code)));
  for (const signal of SIGNALS) {
    const onSignal = (): void => {
      signalled ??= signal;
      // The script has a handler of its own: it decides what happens, and this waits for the end of the process.
      if (process.listenerCount(signal) > 1) return;
      endAllNow({ status: 'KILLED', reason: signal });
      process.removeListener(signal, onSignal);
      process.kill(process.pid, signal);
    };
    // Before those of the script, which may be for once and then no longer count.
    process.prependListener(signal, onSignal);
  }
}

async function endAll(openRuns: ReadonlyMap<string, OpenRun>, status: EndStatus, reason: string | undefined): Promise<void> {
  for (const { run } of innermostFirst(openRuns)) await run.end(status, reason);
  await closeIdleSessions();
}

function innermostFirst(openRuns: ReadonlyMap<string, OpenRun>): readonly OpenRun[] {
  return [...openRuns.values()].reverse();
}

/** Where the database cannot be written, the next command finds the runs without their process. */
function unlessTracking(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
  }
}
