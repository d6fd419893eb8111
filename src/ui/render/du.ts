import type { DuData } from '../../app/du.ts';
import { formatBytes } from '../format/bytes.ts';
import { formatCount } from '../format/number.ts';
import { printable } from '../format/printable.ts';
import { tableLines, type Column } from '../format/table.ts';
import type { Style } from '../style.ts';

/** A row a path, then all of them together. `Unique`: equal files counted once. */
export function duLines({ rows, total }: DuData, style: Style): string[] {
  if (rows.length === 0) return ['mlo keeps nothing here.'];
  const several = new Set(rows.map((row) => row.rev)).size > 1;
  const named = rows.map((row) => ({ ...row, name: printable(several ? `${row.path}@${row.rev}` : row.path) }));
  const columns: readonly Column<DuData['total'] & { readonly name: string }>[] = [
    { title: 'Size', text: (row) => formatBytes(row.size), align: 'right' },
    { title: 'Unique', text: (row) => formatBytes(row.uniqueSize), align: 'right' },
    { title: 'Files', text: (row) => formatCount(row.files), align: 'right' },
    { title: 'Path', text: (row) => row.name, min: 10 },
  ];
  return tableLines(columns, rows.length > 1 ? [...named, { ...total, name: 'total' }] : named, style);
}
