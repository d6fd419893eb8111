import type { DiffData } from '../../app/diff.ts';
import { formatBytes } from '../format/bytes.ts';
import { printable } from '../format/printable.ts';
import type { Style } from '../style.ts';
import { changeLines, changeWord, countsText, pathText, sizesText } from './tree-changes.ts';

/** A line a file, then the sum. */
export function* diffLines(diff: DiffData, style: Style): Generator<string> {
  if (diff.changes.length === 0) {
    yield `No data differs between ${printable(diff.old)} and ${printable(diff.new)}.`;
    return;
  }
  yield* changeLines(diff.changes, diff.counts, style, '');
  yield sumText(diff, style);
}

/** The same as a Markdown table, for comments on pull requests. */
export function* diffMarkdown(diff: DiffData, style: Style): Generator<string> {
  if (diff.changes.length === 0) {
    yield `No data differs between \`${diff.old}\` and \`${diff.new}\`.`;
    return;
  }
  yield* ['| Change | Path | Size |', '| --- | --- | --- |'];
  for (const change of diff.changes)
    yield `| ${changeWord(change.kind)} | ${escapeCell(pathText(change, style))} | ${escapeCell(sizesText(change, style))} |`;
  yield* ['', sumText(diff, style)];
}

function sumText({ old, new: now, counts, sizeChange }: DiffData, style: Style): string {
  const size = sizeChange === 0 ? 'size unchanged' : `${sizeChange > 0 ? '+' : '-'}${formatBytes(Math.abs(sizeChange))}`;
  return `${printable(old)} ${style.glyphs.arrow} ${printable(now)}: ${countsText(counts)}; ${size}`;
}

function escapeCell(text: string): string {
  return text.replaceAll(/[|\\`*_<>[\]]/g, (character) => `\\${character}`);
}
