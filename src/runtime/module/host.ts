import type { Port, ToStage } from './protocol.ts';
import { runStage } from './run-stage.ts';

/** Waits on `port` for the one job of this thread or process, and runs it. */
export function hostStage(port: Port): void {
  const abort = new AbortController();
  port.onMessage((message: ToStage) => {
    if (message.type === 'abort') abort.abort(new DOMException(message.why, 'AbortError'));
    else void runStage(message.job, port, abort.signal);
  });
}
