import type { Measured } from './measure.ts';

export interface Row {
  readonly work: string;
  readonly measured: Measured;
  /** What it is compared with, in the same run. */
  readonly floor?: { readonly name: string; readonly measured: Measured };
  /** Upper limit: milliseconds, or a multiple of the floor. */
  readonly target?: { readonly ms: number } | { readonly ratio: number };
}

/** A Markdown table: median (min–max), the floor and the ratio to it, the target and whether it was reached. */
export function formatTable(rows: readonly Row[]): string {
  const head =
    '| work | median (min–max) | floor or peer in the same run | ratio | target | reached |\n| --- | --- | --- | --- | --- | --- |';
  return [head, ...rows.map(formatRow)].join('\n');
}

function formatRow({ work, measured, floor, target }: Row): string {
  const ratio = floor === undefined ? undefined : measured.median / floor.measured.median;
  const reached =
    target === undefined ? '' : ('ms' in target ? measured.median <= target.ms : (ratio ?? Number.NaN) <= target.ratio) ? 'yes' : '**no**';
  const cells = [
    work,
    formatMeasured(measured),
    floor === undefined ? '' : `${floor.name} ${formatMeasured(floor.measured)}`,
    ratio === undefined ? '' : `${ratio.toFixed(2)}x`,
    target === undefined ? '' : 'ms' in target ? `≤ ${formatMs(target.ms)}` : `≤ ${target.ratio}x`,
    reached,
  ];
  return `| ${cells.join(' | ')} |`;
}

function formatMeasured({ median, min, max }: Measured): string {
  return `${formatMs(median)} (${formatMs(min)}–${formatMs(max)})`;
}

function formatMs(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(0)} ms`;
}
