import type { ValuesData } from '../../app/types.ts';
import { isMap, type Value } from '../../core/value.ts';
import { printable } from '../format/printable.ts';
import { tableLines, type Column } from '../format/table.ts';
import { valueText } from '../format/value-text.ts';
import type { Style } from '../style.ts';

interface Leaf {
  readonly file: string;
  readonly key: string;
  readonly value: Value;
}

/** Values by file and dotted key, one a line; the file is named once. Nothing is said of what could not be read. `what`: 'params' or 'metrics'. */
export function valuesLines({ files, unread }: ValuesData, what: string, style: Style): string[] {
  const leaves = Object.entries(files).flatMap(([file, value]) =>
    leavesOf(value).map(([key, leaf], index) => ({ file: index === 0 ? file : '', key, value: leaf })),
  );
  if (leaves.length === 0) return unread !== undefined ? [] : [`No ${what}.`];
  return tableLines(columns(style), leaves, style);
}

function columns(style: Style): readonly Column<Leaf>[] {
  return [
    { title: 'File', text: (leaf) => printable(leaf.file), paint: () => style.cyan, min: 10 },
    { title: 'Key', text: (leaf) => printable(leaf.key), min: 12 },
    { title: 'Value', text: (leaf) => valueText(leaf.value), min: 8 },
  ];
}

function leavesOf(value: Value, prefix = ''): [key: string, leaf: Value][] {
  if (!isMap(value) || (Object.keys(value).length === 0 && prefix !== '')) return [[prefix, value]];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, prefix === '' ? key : `${prefix}.${key}`));
}
