import { largest } from '../core/largest.ts';
import { isSystemMetric } from '../core/metrics/system-metric.ts';
import { metricFamily, runPlots } from '../core/plots/run-plots.ts';
import { count } from '../ui/format/number.ts';
import type { Invocation } from './command.ts';

interface ChartedRun {
  readonly id: string;
  readonly metrics: { readonly [name: string]: { readonly points: number } };
  readonly children: readonly ChartedRun[];
}

/** More than these would push the run itself off the screen. */
const MOST_CHARTS = 4;
export const CHART_ROWS = 8;

/**
 * Charts of what a run and the runs below it logged over steps, metrics such as loss and val_loss together, the longest
 * first; none where no metric has two points. What was sampled of the machine is not drawn. Only what is drawn is read.
 */
export async function runChartLines(invocation: Invocation, run: ChartedRun): Promise<string[]> {
  const charts = await runCharts(invocation, run, MOST_CHARTS, CHART_ROWS);
  const left = chartCount(run) - charts.length;
  const more = `${count(left, 'more chart')}: mlo plots show --run ${run.id.slice(0, 8)}`;
  return [...charts.flatMap((chart) => ['', ...chart]), ...(left === 0 ? [] : ['', invocation.style.dim(more)])];
}

/** How many charts there are to draw of a run. */
export function chartCount(run: ChartedRun): number {
  return familiesOf(run).length;
}

/** The lines of each of at most so many charts, under the name of the metric or of what its metrics have in common. `height`: rows of the plot itself. */
export async function runCharts(
  { context, style }: Invocation,
  run: ChartedRun,
  most: number,
  height: number,
): Promise<readonly string[][]> {
  const chosen = familiesOf(run).slice(0, most);
  if (chosen.length === 0) return [];
  const { runSeries } = await import('../app/plots/run-series.ts');
  const metrics = chosen.flatMap(({ names }) => names);
  const series = await runSeries(context, { runs: [run.id], metrics, leastPoints: 2 });
  const { runSeriesChart } = await import('../ui/chart/run-series-chart.ts');
  const plots = runPlots(series, 'family');
  return chosen
    .flatMap(({ family }) => plots.filter(({ id }) => id === family))
    .map(({ title, series: drawn }) => runSeriesChart(drawn, title, style, { height }));
}

interface Family {
  readonly family: string;
  readonly names: readonly string[];
  /** Of its longest series. */
  readonly points: number;
}

function familiesOf(run: ChartedRun): readonly Family[] {
  const groups = Map.groupBy(seriesOf(run), ({ name }) => metricFamily(name));
  return Array.from(groups, ([family, all]) => ({
    family,
    names: [...new Set(all.map(({ name }) => name))],
    points: largest(all.map(({ points }) => points)),
  })).sort((a, b) => b.points - a.points);
}

function seriesOf(run: ChartedRun): readonly { readonly name: string; readonly points: number }[] {
  const own = Object.entries(run.metrics).flatMap(([name, { points }]) => (points > 1 && !isSystemMetric(name) ? [{ name, points }] : []));
  return [...own, ...run.children.flatMap(seriesOf)];
}
