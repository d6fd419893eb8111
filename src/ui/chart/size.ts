import type { Style } from '../style.ts';

const DEFAULT_WIDTH = 80;
const MIN_WIDTH = 20;
const MAX_WIDTH = 160;

/** Columns of a chart: what was asked for, else the terminal within reason; a file has no width of its own. */
export function chartWidth(wanted: number | undefined, style: Style): number {
  const width = wanted ?? (style.width === Infinity ? DEFAULT_WIDTH : style.width);
  return Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width));
}

/** Rows that look right beside so many columns. */
export function chartHeight(width: number): number {
  return Math.min(16, Math.max(8, Math.round(width / 8) + 2));
}
