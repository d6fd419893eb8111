import type { Emit, Event } from '../../core/events.ts';
import { byteProgress } from '../progress.ts';

/** Bytes done and to be done as progress events; the total is known with the first call. */
export function verifyProgress(emit: Emit, label: string): (done: number, total: number) => void {
  let progress: ((bytes: number) => void) | undefined;
  return (done, total) => {
    progress ??= byteProgress(emit, 'verify' satisfies Extract<Event, { type: 'progress' }>['task'], label, total);
    progress(done);
  };
}
