import { formatBytes } from '../format/bytes.ts';
import { formatCount } from '../format/number.ts';
import { tableLines, type Column } from '../format/table.ts';
import type { Style } from '../style.ts';

export interface GcRow {
  readonly what: string;
  readonly amount: number;
  readonly bytes: number;
  readonly note: string;
}

/** What is kept, or goes, as a table with an empty line after it; nothing without rows. */
export function gcSection(title: string, rows: readonly GcRow[], style: Style): string[] {
  if (rows.length === 0) return [];
  const columns: readonly Column<GcRow>[] = [
    { title, text: (row) => row.what, min: 10 },
    { title: 'Number', text: (row) => formatCount(row.amount), align: 'right' },
    { title: 'Size', text: (row) => formatBytes(row.bytes), align: 'right' },
    { title: 'Why', text: (row) => row.note, min: 10, drop: 1 },
  ];
  return [...tableLines(columns, rows, style), ''];
}
