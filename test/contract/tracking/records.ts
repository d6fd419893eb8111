import { MloError } from '../../../src/core/errors/mlo-error.ts';
import type { Content, Digest } from '../../../src/core/content.ts';
import type { MetricBatch, MetricPoint } from '../../../src/core/run.ts';
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

/** What `get` shows of a metric with these points; in order. */
export function summaryOf(...points: readonly { readonly value: number; readonly step: number }[]) {
  const at = ({ value, step }: { readonly value: number; readonly step: number }) => ({ value, step });
  const numbers = points
    .filter(({ value }) => !Number.isNaN(value))
    .toSorted((a, b) => (a.value === b.value ? a.step - b.step : a.value < b.value ? -1 : 1));
  const last = points.at(-1) as (typeof points)[number];
  const [min] = numbers;
  const max = numbers.find(({ value }) => value === numbers.at(-1)?.value);
  return {
    ...at(last),
    points: points.length,
    ...(min === undefined ? {} : { min: at(min) }),
    ...(max === undefined ? {} : { max: at(max) }),
  };
}

/** The points of a series, one after the other. */
export function pointsOf(batch: MetricBatch): MetricPoint[] {
  return Array.from({ length: batch.steps.length }, (_, each) => ({
    name: batch.name,
    value: batch.values[each] as number,
    step: batch.steps[each] as number,
    timestampMs: batch.timestampsMs[each] as number,
  }));
}

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
