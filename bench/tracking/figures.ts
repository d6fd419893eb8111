import { formatMs } from '../data/rows.ts';
import { median } from '../data/timings.ts';

export interface Sample {
  readonly ms: number;
  /** What was done in that time. */
  readonly count: number;
}

/** Of the rates, a second. */
export function middle(samples: readonly Sample[]): number {
  return median(samples.map(({ ms, count }) => (count / ms) * 1000));
}

export function perSecond(rate: number): string {
  const digits = Math.max(0, Math.floor(Math.log10(rate)) - 2);
  return `${(Math.round(rate / 10 ** digits) * 10 ** digits).toLocaleString('en')}/s`;
}

/** Median and, of several, the least and the most. */
export function range(times: readonly number[]): string {
  const text = formatMs(median(times));
  return times.length === 1 ? text : `${text} (${formatMs(Math.min(...times))}–${formatMs(Math.max(...times))})`;
}
