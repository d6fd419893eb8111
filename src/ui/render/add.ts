import type { AddData } from '../../app/types.ts';
import { formatBytes } from '../format/bytes.ts';
import { count } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';

type Row = AddData['added'][number];

/** Of a long list the beginning is shown. */
const MOST_SHOWN = 20;

export function addLines({ added }: AddData, style: Style): string[] {
  if (added.length === 0) return ['Nothing to add: the list is empty.'];
  if (added.length <= MOST_SHOWN) return added.flatMap((row) => rowLines(row, style));
  const changed = added.filter((row) => row.changed || row.stored === true);
  const bytes = changed.reduce((sum, row) => sum + row.size, 0);
  return [
    ...changed.slice(0, MOST_SHOWN).flatMap((row) => rowLines(row, style)),
    ...(changed.length > MOST_SHOWN
      ? [style.dim(`  ${style.glyphs.ellipsis} and ${changed.length - MOST_SHOWN} more (--json names all)`)]
      : []),
    `${count(changed.length, 'path')} added (${formatBytes(bytes)}), ${added.length - changed.length} unchanged`,
  ];
}

function rowLines(row: Row, style: Style): string[] {
  const { path, pointer, size, files, changed, stored, parts } = row;
  const amount = files === undefined ? formatBytes(size) : `${count(files, 'file')}, ${formatBytes(size)}`;
  if (stored === true)
    return [
      `${style.green(style.glyphs.done)} ${printable(path)} stored in the cache (${amount}); ${printable(pointer)} was right already`,
    ];
  if (!changed) return [style.dim(`${style.glyphs.unchanged} ${printable(path)} unchanged (${amount})`)];
  const head = `${style.green(style.glyphs.done)} ${printable(path)} ${style.glyphs.arrow} ${printable(pointer)} (${amount})`;
  return [head, ...partLines(parts ?? [], style)];
}

function partLines(parts: NonNullable<Row['parts']>, style: Style): string[] {
  const changed = parts.filter((part) => part.change !== 'unchanged');
  const lines = changed.slice(0, MOST_SHOWN).map((part) => `    ${part.change.padEnd(8)} ${printable(part.path)}`);
  const rest = changed.length - lines.length;
  return rest > 0 ? [...lines, style.dim(`    ${style.glyphs.ellipsis} and ${rest} more`)] : lines;
}
