import type { AppContext, ValuesDiffData } from './types.ts';
import { compareValues, type Revisions } from './values/compare.ts';
import { metricsOf } from './values/metrics.ts';

export interface MetricsDiffOptions {
  /** None: HEAD and the workspace; one: it and the workspace. */
  readonly revs: Revisions;
  readonly targets: readonly string[];
  /** Unchanged values too. */
  readonly all?: boolean;
}

/** Metrics that differ between two revisions, numbers with their change. */
export async function metricsDiff(ctx: AppContext, { revs, targets, all = false }: MetricsDiffOptions): Promise<ValuesDiffData> {
  return await compareValues(ctx, revs, targets, metricsOf, { change: true, all });
}
