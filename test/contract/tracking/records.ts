import { MloError } from '../../../src/core/errors/mlo-error.ts';
import type { Content, Digest } from '../../../src/core/content.ts';
import type { NewRun, Tracking } from '../../../src/tracking/types.ts';

export interface TrackingFixture {
  /** A new handle on the same store. */
  open(): Tracking;
  /** The same, for reading. */
  openReadOnly(): Tracking;
}

export const runId = (start: string): string => start.padEnd(32, '0');
export const newRun = (start: string, more: Partial<NewRun> = {}): NewRun => ({ id: runId(start), name: start, startedMs: 1_000, ...more });
export const file = (letter: string): Content => ({ digest: letter.repeat(64) as Digest, size: 3, kind: 'file' });
export const point = (name: string, value: number, step: number, timestampMs = 5_000) => ({ name, value, step, timestampMs });

export function errorOf(work: () => unknown): MloError {
  try {
    work();
  } catch (error) {
    if (error instanceof MloError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

export type WithStore = (work: (tracking: Tracking, fixture: TrackingFixture) => void) => void;

/** Runs a test on an empty store and closes it. */
export function storeWith(make: () => TrackingFixture): WithStore {
  return (work) => {
    const fixture = make();
    const tracking = fixture.open();
    work(tracking, fixture);
    tracking.close();
  };
}
