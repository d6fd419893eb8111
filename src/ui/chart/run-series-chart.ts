import { formatNumber } from '../format/number.ts';
import type { Style } from '../style.ts';
import { lineChart } from './line-chart.ts';
import type { ChartOptions, ChartSeries } from './types.ts';

/**
 * Metric series of runs over their steps in one chart, each named with its last value. `width`: terminal columns of
 * the chart, default those of the style.
 */
export function runSeriesChart(series: readonly ChartSeries[], style: Style, width?: number, options: ChartOptions = {}): string[] {
  const named = series.map((each) => ({ ...each, name: `${each.name} ${lastValue(each.ys)}`.trimEnd() }));
  const [only] = named;
  const title = options.title ?? (named.length === 1 ? only?.name : undefined);
  return lineChart(named, { ...options, ...(title === undefined ? {} : { title }), ...(width === undefined ? {} : { width }) }, style);
}

function lastValue(ys: ArrayLike<number>): string {
  const last = ys[ys.length - 1];
  return last === undefined ? '' : formatNumber(last);
}
