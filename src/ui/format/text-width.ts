import { stripVTControlCharacters } from 'node:util';

/** One column a code unit: ASCII, Latin, punctuation, arrows, lines and blocks, the marks of the glyphs. The segmenter takes 10 ms to start. */
const SINGLE_COLUMNS = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u22ff\u2500-\u25fc\u2713\u2717]*$/;
const COMBINING = /^(?:\p{Mark}|\p{Default_Ignorable_Code_Point}|\p{Control})+$/u;
const EMOJI = /\p{Emoji_Presentation}|\p{Emoji}\uFE0F/u;

/** First and last code points of the scripts that take two columns (East Asian Wide and Fullwidth). */
const WIDE_RANGES: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd],
];

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

function graphemeWidth(grapheme: string): number {
  if (COMBINING.test(grapheme)) return 0;
  if (EMOJI.test(grapheme)) return 2;
  const point = grapheme.codePointAt(0) ?? 0;
  return WIDE_RANGES.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}
