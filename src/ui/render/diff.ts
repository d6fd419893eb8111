import type { DiffData } from '../../app/diff.ts';
import { formatBytes } from '../format/bytes.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';
import { changeLines, changeWord, countsText, pathText, sizesText } from './tree-changes.ts';

/** A line a file, then the sum. */
export function diffLines(diff: DiffData, style: Style): string[] {
  if (diff.changes.length === 0) return [`No data differs between ${printable(diff.old)} and ${printable(diff.new)}.`];
  return [...changeLines(diff.changes, style, ''), sumText(diff, style)];
}

/** The same as a Markdown table, for comments on pull requests. */
export function diffMarkdown(diff: DiffData, style: Style): string[] {
  if (diff.changes.length === 0) return [`No data differs between \`${diff.old}\` and \`${diff.new}\`.`];
  const rows = diff.changes.map(
    (change) => `| ${changeWord(change.kind)} | ${escapeCell(pathText(change, style))} | ${escapeCell(sizesText(change, style))} |`,
  );
  return ['| Change | Path | Size |', '| --- | --- | --- |', ...rows, '', sumText(diff, style)];
}

function sumText({ old, new: now, counts, sizeChange }: DiffData, style: Style): string {
  const size = sizeChange === 0 ? 'size unchanged' : `${sizeChange > 0 ? '+' : '-'}${formatBytes(Math.abs(sizeChange))}`;
  return `${printable(old)} ${style.glyphs.arrow} ${printable(now)}: ${countsText(counts)}; ${size}`;
}

function escapeCell(text: string): string {
  return text.replaceAll(/[|\\`*_<>[\]]/g, (character) => `\\${character}`);
}
