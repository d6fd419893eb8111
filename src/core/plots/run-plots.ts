import type { LinePlot } from './plot.ts';

/** The points of one metric of one run. */
export interface RunSeries {
  readonly runId: string;
  /** Of the run: its stage or the name it was given. */
  readonly runName: string;
  readonly metric: string;
  /** Ascending. */
  readonly steps: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

const SHORT_ID = 8;
/** What splits say before or behind the name of a metric that each of them has. */
const SPLITS = /^(?:train|training|val|valid|validation|test|eval)[_/.-]|[_/.-](?:train|training|val|valid|validation|test|eval)$/;

/** `loss` for `loss`, `val_loss` and `train/loss`: these are seen best side by side. */
export function metricFamily(metric: string): string {
  const family = metric.replace(SPLITS, '');
  return family === '' ? metric : family;
}

/** A picture for each metric, or for each family of metrics, with the runs that have it overlaid; in order of first appearance. */
export function runPlots(series: readonly RunSeries[], by: 'metric' | 'family'): readonly LinePlot[] {
  const groups = Map.groupBy(series, ({ metric }) => (by === 'family' ? metricFamily(metric) : metric));
  return Array.from(groups, ([name, group]): LinePlot => {
    const nameOf = namer(group);
    return {
      kind: 'line',
      id: name,
      title: name,
      template: 'linear',
      xLabel: 'step',
      yLabel: name,
      series: group.map((each) => ({
        name: nameOf(each),
        revision: each.runId.slice(0, SHORT_ID),
        x: 'step',
        y: each.metric,
        xs: each.steps,
        ys: each.values,
      })),
    };
  });
}

/** The name of the run, its id where names repeat, and the metric where the picture has several. */
function namer(group: readonly RunSeries[]): (each: RunSeries) => string {
  const runs = new Set(group.map(({ runId }) => runId));
  const names = new Set(group.map(({ runName }) => runName));
  const hasMetrics = new Set(group.map(({ metric }) => metric)).size > 1;
  return ({ runId, runName, metric }) => {
    const run = names.size === runs.size ? [runName] : [runId.slice(0, SHORT_ID), ...(names.size > 1 ? [runName] : [])];
    return [...(runs.size > 1 ? run : []), ...(hasMetrics || runs.size === 1 ? [metric] : [])].join(' ');
  };
}
