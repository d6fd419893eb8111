import type { MetricBatch } from '../../core/run.ts';

interface Columns {
  readonly steps: number[];
  readonly timestampsMs: number[];
  readonly values: number[];
}

/** Points that wait to be sent, by metric. */
export class MetricBuffer {
  readonly #waiting = new Map<string, Columns>();
  count = 0;

  add(name: string, step: number, timestampMs: number, value: number): void {
    let columns = this.#waiting.get(name);
    if (columns === undefined) this.#waiting.set(name, (columns = { steps: [], timestampsMs: [], values: [] }));
    columns.steps.push(step);
    columns.timestampsMs.push(timestampMs);
    columns.values.push(value);
    this.count += 1;
  }

  /** All that waits, as typed arrays: they cross to another thread or process as bytes. */
  take(): MetricBatch[] {
    const batches = [...this.#waiting].map(([name, { steps, timestampsMs, values }]) => ({
      name,
      steps: Float64Array.from(steps),
      timestampsMs: Float64Array.from(timestampsMs),
      values: Float64Array.from(values),
    }));
    this.#waiting.clear();
    this.count = 0;
    return batches;
  }
}
