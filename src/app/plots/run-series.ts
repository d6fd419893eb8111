import { MloError } from '../../core/errors/mlo-error.ts';
import { runPlots, type RunSeries } from '../../core/plots/run-plots.ts';
import type { PlotOptions } from '../../core/plots/definition.ts';
import { nearest } from '../../core/text/nearest.ts';
import type { RunDetail, Tracking } from '../../tracking/types.ts';
import { withProject } from '../project.ts';
import { readTracking } from '../read-tracking.ts';
import type { AppContext } from '../types.ts';
import type { PlotsData } from './types.ts';
import { given } from '../../core/given.ts';

export interface RunSeriesOptions {
  /** Full ids or unique prefixes of at least 4 characters. */
  readonly runs: readonly string[];
  /** Names of metrics; default all. */
  readonly metrics: readonly string[];
  /** Metrics with fewer points are left out; default 1. */
  readonly leastPoints?: number;
}

/** Series of runs and of the runs below them, runs in the order given. Throws MLO_RUN_UNKNOWN, MLO_TARGET. */
export async function runSeries(ctx: AppContext, options: RunSeriesOptions): Promise<readonly RunSeries[]> {
  return await withProject(ctx, async (project) => await readTracking(project, (tracking) => seriesOf(tracking, options)));
}

/** A picture for each metric, the runs overlaid. */
export async function plotsOfRuns(ctx: AppContext, options: RunSeriesOptions & PlotOptions): Promise<PlotsData> {
  const series = await runSeries(ctx, options);
  const { title, xLabel, yLabel } = options;
  const head = given({ title, xLabel, yLabel });
  const plots = runPlots(series, 'metric').map((plot) => ({ ...plot, ...head }));
  return { revisions: [...new Set(plots.flatMap((plot) => plot.series.map(({ revision }) => revision)))], plots, failures: [] };
}

function seriesOf(tracking: Tracking, { runs, metrics, leastPoints = 1 }: RunSeriesOptions): readonly RunSeries[] {
  const all = [...new Map(runs.flatMap((id) => treeOf(tracking.get(id))).map((run) => [run.id, run])).values()];
  requireMetrics(all, metrics);
  return all.flatMap((run) =>
    Object.entries(run.metrics)
      .filter(([name, { points }]) => points >= leastPoints && (metrics.length === 0 || metrics.includes(name)))
      .map(([name]) => {
        const { steps, values } = tracking.metricSeries(run.id, name);
        return { runId: run.id, runName: run.stage ?? run.name, metric: name, steps, values };
      }),
  );
}

function treeOf(run: RunDetail): readonly RunDetail[] {
  return [run, ...run.children.flatMap(treeOf)];
}

function requireMetrics(runs: readonly RunDetail[], wanted: readonly string[]): void {
  const known = new Set(runs.flatMap((run) => Object.keys(run.metrics)));
  const missing = wanted.find((name) => !known.has(name));
  if (missing === undefined) return;
  const meant = nearest(missing, known);
  throw new MloError('MLO_TARGET', `No metric '${missing}' was logged by ${runs.length === 1 ? 'the run' : 'these runs'}`, {
    hint: `${meant === undefined ? '' : `Did you mean '${meant}'? `}${known.size === 0 ? 'There are no metrics' : `Metrics: ${[...known].slice(0, 12).join(', ')}${known.size > 12 ? '…' : ''}`}`,
    details: { metric: missing },
  });
}
