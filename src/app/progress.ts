import type { Emit, Event } from '../core/events.ts';

const EVERY_MS = 100;

type ProgressEvent = Extract<Event, { type: 'progress' }>;
type Task = ProgressEvent['task'];

/** Work on bytes as progress events, ten a second at the most; short work makes none. `total` 0 = not known. */
export function byteProgress(emit: Emit, task: Task, label: string, total = 0): (bytes: number) => void {
  return steady((done) => emit({ type: 'progress', task, label, done, total, unit: 'bytes' }));
}

/** The same where the total comes with each call. */
export function taskProgress(emit: Emit, task: Task, label: string): (done: number, total: number) => void {
  let progress: ((bytes: number) => void) | undefined;
  return (done, total) => {
    progress ??= byteProgress(emit, task, label, total);
    progress(done);
  };
}

/** A walk through what is known, before or without any work on bytes. `total` 0 = not known. */
export function lookProgress(emit: Emit, label: string, unit: 'files' | 'objects' = 'files', total = 0): (done: number) => void {
  return steady((done) => emit({ type: 'progress', task: 'look', label, done, total, unit }));
}

/** Files that are deleted. */
export function removeProgress(emit: Emit, label: string): (done: number) => void {
  return steady((done) => emit({ type: 'progress', task: 'remove', label, done, total: 0, unit: 'files' }));
}

function steady(tell: (done: number) => void): (done: number) => void {
  let nextMs = performance.now() + EVERY_MS;
  return (done) => {
    const now = performance.now();
    if (now < nextMs) return;
    nextMs = now + EVERY_MS;
    tell(done);
  };
}
