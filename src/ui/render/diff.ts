import type { ChangeCounts, TreeChange } from '../../core/tree-diff/types.ts';
import { formatBytes } from '../format/bytes.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';
import { changeLines, changeWord, countsText, pathText, sizesText } from './tree-changes.ts';

export interface DiffView {
  readonly old: string;
  readonly new: string;
  readonly changes: readonly TreeChange[];
  readonly counts: ChangeCounts;
  readonly sizeChange: number;
}

/** A line a file, then the sum. */
export function diffLines(diff: DiffView, style: Style): string[] {
  if (diff.changes.length === 0) return [`No data differs between ${printable(diff.old)} and ${printable(diff.new)}.`];
  return [...changeLines(diff.changes, style, ''), sumText(diff, style)];
}

/** The same as a Markdown table, for comments on pull requests. */
export function diffMarkdown(diff: DiffView, style: Style): string[] {
  if (diff.changes.length === 0) return [`No data differs between \`${diff.old}\` and \`${diff.new}\`.`];
  const rows = diff.changes.map(
    (change) => `| ${changeWord(change.kind)} | ${escapeCell(pathText(change, style))} | ${escapeCell(sizesText(change, style))} |`,
  );
  return ['| Change | Path | Size |', '| --- | --- | --- |', ...rows, '', sumText(diff, style)];
}

function sumText({ old, new: now, counts, sizeChange }: DiffView, style: Style): string {
  const size = sizeChange === 0 ? 'size unchanged' : `${sizeChange > 0 ? '+' : '-'}${formatBytes(Math.abs(sizeChange))}`;
  return `${printable(old)} ${style.glyphs.arrow} ${printable(now)}: ${countsText(counts)}; ${size}`;
}

function escapeCell(text: string): string {
  return text.replaceAll(/[|\\`*_<>[\]]/g, (character) => `\\${character}`);
}
