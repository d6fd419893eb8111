import { median, ratio, type Series, type Timings } from './timings.ts';

/** One line of the table, as text. */
export interface Row {
  readonly work: string;
  readonly measured: string;
  readonly compared?: readonly string[];
  readonly targets?: readonly { readonly text: string; readonly reached: boolean | undefined }[];
}

interface Comparison {
  /** Name of the timing, and for people. */
  readonly with: string;
  readonly name?: string;
  /** mlo needs at most this many times the time. */
  readonly atMost?: number;
  /** mlo is at least this many times faster. */
  readonly faster?: number;
}

export interface TimedRow {
  readonly work: string;
  /** Name of mlo's timing. */
  readonly of: string;
  readonly atMostMs?: number;
  readonly against?: readonly Comparison[];
}

/** Peers that were not timed are left out, and a target against them is not judged. */
export function timedRow(timings: Timings, { work, of, atMostMs, against = [] }: TimedRow): Row | undefined {
  const own = timings.get(of);
  if (own === undefined) return undefined;
  const compared: string[] = [];
  const targets: { text: string; reached: boolean | undefined }[] = [];
  if (atMostMs !== undefined) targets.push({ text: `≤ ${formatMs(atMostMs)}`, reached: median(own.values()) <= atMostMs });
  for (const { with: other, name = other, atMost, faster } of against) {
    const series = timings.get(other);
    const times = series === undefined ? undefined : ratio(own, series);
    if (series !== undefined && times !== undefined) compared.push(`${name} ${formatSeries(series)}: ${formatRatio(times)}`);
    if (atMost !== undefined) targets.push({ text: `≤ ${atMost}x ${name}`, reached: times === undefined ? undefined : times <= atMost });
    if (faster !== undefined)
      targets.push({ text: `≥ ${faster}x faster than ${name}`, reached: times === undefined ? undefined : times <= 1 / faster });
  }
  return { work, measured: formatSeries(own), compared, targets };
}

/** A Markdown table. `judged` false: the targets are for another size of the work. */
export function formatRows(rows: readonly Row[], judged: boolean): string {
  const head =
    '| work | mlo: median (min–max) | in the same run: median, mlo’s ratio | must reach | reached |\n| --- | --- | --- | --- | --- |';
  const lines = rows.map(({ work, measured, compared = [], targets = [] }) => {
    const reached = targets.map((target) => (!judged || target.reached === undefined ? '–' : target.reached ? 'yes' : '**no**'));
    return `| ${[work, measured, compared.join('<br>'), targets.map(({ text }) => text).join('<br>'), reached.join('<br>')].join(' | ')} |`;
  });
  return [head, ...lines].join('\n');
}

function formatSeries(series: Series): string {
  const times = [...series.values()];
  const middle = formatMs(median(times));
  return times.length === 1 ? middle : `${middle} (${formatMs(Math.min(...times))}–${formatMs(Math.max(...times))})`;
}

export function formatMs(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(0)} ms`;
}

export function formatBytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function formatRatio(times: number): string {
  return times >= 0.5 ? `${times.toFixed(2)}x` : `${(1 / times).toFixed(1)}x faster`;
}
