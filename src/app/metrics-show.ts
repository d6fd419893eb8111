import type { AppContext, ValuesData } from './types.ts';
import { showValues } from './values/compare.ts';
import { metricsOf } from './values/metrics.ts';

export interface MetricsShowOptions {
  /** Default: the workspace. */
  readonly rev?: string;
  /** Metrics files; default those that the pipeline declares. */
  readonly targets: readonly string[];
}

/** Values of the metrics files, keys with dots. */
export async function metricsShow(ctx: AppContext, { rev, targets }: MetricsShowOptions): Promise<ValuesData> {
  return await showValues(ctx, rev, targets, metricsOf);
}
