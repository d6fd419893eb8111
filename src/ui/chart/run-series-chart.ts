import { formatNumber } from '../format/number.ts';
import type { Style } from '../style.ts';
import { lineChart } from './line-chart.ts';
import type { ChartOptions, ChartSeries } from './types.ts';

/**
 * Metric series of runs over their steps in one chart, each named with its last value. `metric`: what they have in common,
 * the title where there are several; one alone is the title itself.
 */
export function runSeriesChart(series: readonly ChartSeries[], metric: string, style: Style, options: ChartOptions = {}): string[] {
  const named = series.map((each) => ({ ...each, name: `${each.name} ${lastValue(each.ys)}`.trimEnd() }));
  const [only] = named;
  return lineChart(named, { ...options, title: named.length === 1 && only !== undefined ? only.name : metric }, style);
}

function lastValue(ys: ArrayLike<number>): string {
  const last = ys[ys.length - 1];
  return last === undefined ? '' : formatNumber(last);
}
