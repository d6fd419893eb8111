import { stripVTControlCharacters } from 'node:util';
import { graphemeWidth } from '../../core/text/grapheme-width.ts';

/** One column a code unit: ASCII, Latin, punctuation, arrows, lines and blocks, the marks of the glyphs. The segmenter takes 10 ms to start. */
const SINGLE_COLUMNS = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u22ff\u2500-\u25fc\u2713\u2717]*$/;

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

/** Terminal columns that `text` takes; colour codes take none. */
export function textWidth(text: string): number {
  if (SINGLE_COLUMNS.test(text)) return text.length;
  let width = knownWidths.get(text);
  if (width !== undefined) return width;
  const visible = stripVTControlCharacters(text);
  width = SINGLE_COLUMNS.test(visible) ? visible.length : graphemes(visible).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
  if (knownWidths.size < KNOWN_WIDTHS) knownWidths.set(text, width);
  return width;
}

/** Columns of the widest of them: a list of names may be longer than a call takes arguments. */
export function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
}

/** Tables ask for the same few labels over and over, and segmenting is slow. */
const knownWidths = new Map<string, number>();
const KNOWN_WIDTHS = 1000;

/** Cut to `width` columns, the last of them `ellipsis`. `text` must be without colour codes. */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (width === Infinity || textWidth(text) <= width) return text;
  const room = width - textWidth(ellipsis);
  if (room <= 0) return takeColumns(text, width);
  return takeColumns(text, room) + ellipsis;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - textWidth(text))) + text;
}

function takeColumns(text: string, width: number): string {
  let taken = '';
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += graphemeWidth(grapheme);
    if (used > width) break;
    taken += grapheme;
  }
  return taken;
}
