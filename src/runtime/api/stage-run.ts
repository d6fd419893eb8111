import type { RunId } from '../../core/run.ts';
import type { Value } from '../../core/value.ts';

export interface MetricOptions {
  /** Default: one more than the last step of this metric in this run, from 0. */
  readonly step?: number;
}

/**
 * The run that records this stage. Calls return at once; what they record is delivered in batches
 * and is all delivered before the stage counts as finished.
 */
export interface StageRun {
  readonly id: RunId;
  logParam(name: string, value: Value): void;
  logParams(params: { readonly [name: string]: Value }): void;
  /** `value` may be NaN or infinite. */
  logMetric(name: string, value: number, options?: MetricOptions): void;
  logMetrics(metrics: { readonly [name: string]: number }, options?: MetricOptions): void;
  setTag(name: string, value: string): void;
  setTags(tags: { readonly [name: string]: string }): void;
  /** Keeps a file or folder with the run. `path`: absolute or from the project root; `name` defaults to its last part. */
  logArtifact(path: string, name?: string): void;
  /** A nested run that ends with `work`: FINISHED, or FAILED when it throws (and the error goes on). */
  child<Result>(name: string, work: (run: StageRun) => Promise<Result> | Result): Promise<Result>;
}
