import type { Emit, Event } from '../core/events.ts';

const EVERY_MS = 100;

type Task = Extract<Event, { type: 'progress' }>['task'];

/** Work on bytes as progress events, ten a second at the most; short work makes none. `total` 0 = not known. */
export function byteProgress(emit: Emit, task: Task, label: string, total = 0): (bytes: number) => void {
  let nextMs = performance.now() + EVERY_MS;
  return (done) => {
    const now = performance.now();
    if (now < nextMs) return;
    nextMs = now + EVERY_MS;
    emit({ type: 'progress', task, label, done, total, unit: 'bytes' });
  };
}

/** The same where the total comes with each call. */
export function taskProgress(emit: Emit, task: Task, label: string): (done: number, total: number) => void {
  let progress: ((bytes: number) => void) | undefined;
  return (done, total) => {
    progress ??= byteProgress(emit, task, label, total);
    progress(done);
  };
}
