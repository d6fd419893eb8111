import type { MetricPoint, RunId } from '../core/run.ts';
import { invalidRecord } from './errors.ts';

const RUN_ID = /^[0-9a-f]{32}$/;

/** @throws MLO_TRACKING where `id` is not 32 lower-case hexadecimal characters. */
export function checkRunId(id: RunId): void {
  if (!RUN_ID.test(id)) throw invalidRecord(id, 'a run id is 32 lower-case hexadecimal characters');
}

/** @throws MLO_TRACKING for what no metric can be; NaN and the infinities are values like others. */
export function checkPoints(id: RunId, points: readonly MetricPoint[]): void {
  for (const { name, value, step, timestampMs } of points) {
    if (typeof name !== 'string' || name === '') throw invalidRecord(id, `a metric needs a name, found ${JSON.stringify(name)}`);
    if (typeof value !== 'number') throw invalidRecord(id, `the metric ${JSON.stringify(name)} must be a number, found ${describe(value)}`);
    if (!Number.isSafeInteger(step))
      throw invalidRecord(id, `the step of metric ${JSON.stringify(name)} must be an integer, found ${describe(step)}`);
    if (!Number.isFinite(timestampMs))
      throw invalidRecord(id, `the time of metric ${JSON.stringify(name)} must be milliseconds, found ${describe(timestampMs)}`);
  }
}

/** @throws MLO_TRACKING where a key is empty. */
export function checkKeys(id: RunId, what: string, keys: readonly string[]): void {
  if (keys.includes('')) throw invalidRecord(id, `a ${what} needs a name, found ""`);
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
