import type { ValuesDiffData } from '../../app/types.ts';
import type { Value } from '../../core/value.ts';
import { formatNumber } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { tableLines, type Column } from '../format/table.ts';
import { valueText } from '../format/value-text.ts';
import type { Paint, Style } from '../style.ts';

type DiffRow = ValuesDiffData['diffs'][number];

/** A line for each value that differs, the sides under the names of their revisions. Nothing is said of what could not be read. `what`: 'params' or 'metrics'. */
export function valuesDiffLines(data: ValuesDiffData, what: 'params' | 'metrics', style: Style): string[] {
  if (data.diffs.length === 0 && data.unread !== undefined) return [];
  if (data.diffs.length === 0) return [`No ${what} differ between ${printable(data.old)} and ${printable(data.new)}.`];
  return tableLines(columns(data, what === 'metrics', style), data.diffs, style);
}

function columns(data: ValuesDiffData, withChange: boolean, style: Style): readonly Column<DiffRow>[] {
  const change: Column<DiffRow> = {
    title: 'Change',
    text: (row) => changeText(row),
    paint: (row) => changePaint(row, style),
    align: 'right',
  };
  return [
    { title: 'File', text: (row) => printable(row.file), paint: () => style.cyan, min: 10, drop: 1 },
    { title: 'Key', text: (row) => printable(row.key), min: 12 },
    { title: printable(data.old), text: (row) => sideText(row.old), min: 6 },
    { title: printable(data.new), text: (row) => sideText(row.new), min: 6 },
    ...(withChange ? [change] : []),
  ];
}

function sideText(value: Value | undefined): string {
  if (value === undefined) return '-';
  return typeof value === 'number' ? formatNumber(value, 8) : valueText(value);
}

function changeText({ old, new: now, change }: DiffRow): string {
  if (old === undefined) return 'added';
  if (now === undefined) return 'removed';
  if (change === undefined) return '';
  return change > 0 ? `+${formatNumber(change)}` : formatNumber(change);
}

function changePaint({ old, new: now, change }: DiffRow, style: Style): Paint {
  if (old === undefined || now === undefined) return style.dim;
  return change !== undefined && change < 0 ? style.yellow : style.green;
}
