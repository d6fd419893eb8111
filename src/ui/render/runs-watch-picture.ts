import type { RunsShowData } from '../../app/runs-show.ts';
import { isSystemMetric } from '../../core/metrics/system-metric.ts';
import { count, formatNumber } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { textWidth, truncate } from '../format/text-width.ts';
import type { Style } from '../style.ts';
import { headLine, paramTexts } from './runs-show.ts';

/** Rows that the text has at least beside the first chart. */
export const LEAST_TEXT_ROWS = 3;
/** Title, plot and axis of a low chart: what is cut below them is the legend. */
const WITHOUT_LEGEND = 8;
/** Columns that the name of a list takes. */
const LABEL = 9;

interface PlacedRun {
  readonly run: RunsShowData;
  readonly depth: number;
}

/**
 * A run at work within `rows` of a screen: what it was given and found, short, above as many of the `charts` as fit; the
 * first is there wherever it leaves the text a few rows, if need be without all of its legend. `nowMs`: for the time that running ones have taken.
 */
export function watchPictureLines(run: RunsShowData, charts: readonly string[][], style: Style, nowMs: number, rows: number): string[] {
  const runs = placed(run, 0);
  const least = Math.min(LEAST_TEXT_ROWS, everything(runs, style, nowMs).length);
  const drawn: string[] = [];
  for (const chart of charts) {
    const room = rows - least - drawn.length - 1;
    if (chart.length > room && (drawn.length > 0 || room < WITHOUT_LEGEND)) break;
    drawn.push('', ...chart.slice(0, room));
  }
  return [...textLines(runs, style, nowMs, rows - drawn.length), ...drawn];
}

function placed(run: RunsShowData, depth: number): PlacedRun[] {
  return [{ run, depth }, ...run.children.flatMap((child) => placed(child, depth + 1))];
}

/** Of what does not fit, the details of runs that have ended go first, then those of these runs that are oldest. */
function textLines(runs: readonly PlacedRun[], style: Style, nowMs: number, most: number): string[] {
  const head = ({ run, depth }: PlacedRun): string => headLine(run, style, nowMs, '  '.repeat(depth));
  const isAtWork = ({ run }: PlacedRun): boolean => run.status === 'RUNNING';
  const all = everything(runs, style, nowMs);
  if (all.length <= most) return all;
  const short = runs.flatMap((each) => [head(each), ...(isAtWork(each) ? detailLines(each, style) : [])]);
  if (short.length <= most) return short;
  const isKept = (each: PlacedRun, index: number): boolean => index === 0 || isAtWork(each);
  const working = runs.filter(isKept).flatMap((each) => [head(each), ...detailLines(each, style)]);
  if (working.length >= most) return [...working.slice(0, Math.max(1, most - 1)), style.dim(style.glyphs.ellipsis)];
  const ended = runs.filter((each, index) => !isKept(each, index));
  const newest = new Set(ended.slice(Math.max(0, ended.length - (most - 1 - working.length))));
  const lines = runs.flatMap((each, index) => {
    if (isKept(each, index)) return [head(each), ...detailLines(each, style)];
    return newest.has(each) ? [head(each)] : [];
  });
  const left = ended.length - newest.size;
  return left === 0 ? lines : [...lines, style.dim(`  and ${count(left, 'run')} that ended before`)];
}

function everything(runs: readonly PlacedRun[], style: Style, nowMs: number): string[] {
  return runs.flatMap((each) => [headLine(each.run, style, nowMs, '  '.repeat(each.depth)), ...detailLines(each, style)]);
}

function detailLines({ run, depth }: PlacedRun, style: Style): string[] {
  const metrics = Object.entries(run.metrics).filter(([name]) => !isSystemMetric(name));
  const indent = '  '.repeat(depth + 1);
  return [
    ...oneLine('params', paramTexts(run.params, style), indent, style),
    ...oneLine(
      'metrics',
      metrics.map(([name, { value, step, points }]) => `${printable(name)}=${formatNumber(value)}${points > 1 ? ` (step ${step})` : ''}`),
      indent,
      style,
    ),
  ];
}

function oneLine(label: string, items: readonly string[], indent: string, style: Style): string[] {
  if (items.length === 0) return [];
  const room = Math.max(0, style.width - textWidth(indent) - LABEL);
  return [`${indent}${style.dim(label.padEnd(LABEL))}${truncate(items.join(', '), room, style.glyphs.ellipsis)}`];
}
