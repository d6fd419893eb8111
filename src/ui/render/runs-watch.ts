import type { RunsShowData } from '../../app/runs-show.ts';
import { formatNumber } from '../format/number.ts';
import { printable } from '../format/printable.ts';

/** Last value of each metric of a run and the runs below it, by `run/metric`. */
export type SeenMetrics = Map<string, number>;

/** A line for each metric that has more points than when it was `seen` last, and for what ended; `seen` is brought up to date. */
export function watchedLines(run: RunsShowData, seen: SeenMetrics): string[] {
  const lines = Object.entries(run.metrics).flatMap(([name, { value, step, points }]) => {
    const key = `${run.id}/${name}`;
    if (seen.get(key) === points) return [];
    seen.set(key, points);
    return [`${printable(run.name)}  ${printable(name)} ${formatNumber(value, 6)}${points > 1 ? `  step ${step}` : ''}`];
  });
  const ended =
    run.status !== 'RUNNING' && !seen.has(run.id)
      ? [`${printable(run.name)}  ${run.status}${run.reason === undefined ? '' : `: ${printable(run.reason)}`}`]
      : [];
  if (ended.length > 0) seen.set(run.id, 1);
  return [...lines, ...run.children.flatMap((child) => watchedLines(child, seen)), ...ended];
}
