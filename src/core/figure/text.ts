import { graphemeWidth } from '../text/grapheme-width.ts';
import { CAPITAL_HEIGHT, GLYPHS, LETTER_SPACING, STROKE_WIDTH } from './glyphs.ts';
import { escapeXml, px } from './svg.ts';

interface TextStyle {
  /** Font size in pixels. */
  readonly size: number;
  readonly colour: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly bold?: boolean;
  /** Degrees, clockwise, around the anchor. */
  readonly turn?: number;
}

/** How letters get into a picture, and how wide they are. (x, y) is the anchor on the baseline. */
export interface Lettering {
  text(text: string, x: number, y: number, style: TextStyle): string;
  width(text: string, size: number): number;
}

/** Capitals of common fonts are this much of their size. */
const CAPITAL_SHARE = 0.72;

/** Text elements: the viewer's own font, can be searched and selected. */
export const ELEMENTS: Lettering = {
  text(text, x, y, { size, colour, anchor = 'start', bold = false, turn = 0 }) {
    const weight = bold ? ' font-weight="600"' : '';
    const turned = turn === 0 ? '' : ` transform="rotate(${turn} ${px(x)} ${px(y)})"`;
    const place = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
    return `<text x="${px(x)}" y="${px(y)}" font-size="${size}" fill="${colour}"${place}${weight}${turned}>${escapeXml(text)}</text>`;
  },
  // The font is not known: that of a wide one, so that nothing overlaps.
  width: (text, size) => Array.from(text).length * size * 0.58,
};

/** Letters drawn as strokes: no font is needed. Characters that our font lacks are left to one of the system. */
export const STROKES: Lettering = {
  text(text, x, y, { size, colour, anchor = 'start', bold = false, turn = 0 }) {
    const scale = (size * CAPITAL_SHARE) / CAPITAL_HEIGHT;
    const shift = { start: 0, middle: -0.5, end: -1 }[anchor] * glyphsWidth(text);
    const transform = `translate(${px(x)} ${px(y)}) rotate(${turn}) scale(${Math.round(scale * 1000) / 1000}) translate(${px(shift)} 0)`;
    const width = STROKE_WIDTH * (bold ? 1.4 : 1);
    return `<g fill="none" stroke="${colour}" stroke-width="${px(width)}" stroke-linecap="round" stroke-linejoin="round" transform="${transform}">${letters(text, colour)}</g>`;
  },
  width: (text, size) => (glyphsWidth(text) * size * CAPITAL_SHARE) / CAPITAL_HEIGHT,
};

/** Of a terminal column, for characters that our font lacks. */
const UNKNOWN_WIDTH = 11;

function letters(text: string, colour: string): string {
  let x = 0;
  let result = '';
  for (const character of text) {
    const glyph = GLYPHS[character];
    if (glyph === undefined)
      result += `<text x="${px(x)}" y="0" font-size="${px(CAPITAL_HEIGHT / CAPITAL_SHARE)}" font-family="sans-serif" stroke="none" fill="${colour}">${escapeXml(character)}</text>`;
    else if (glyph.path !== '') result += `<path d="${glyph.path}" transform="translate(${px(x)} 0)"/>`;
    x += (glyph?.width ?? unknownWidth(character)) + LETTER_SPACING;
  }
  return result;
}

function glyphsWidth(text: string): number {
  const widths = Array.from(text, (character) => (GLYPHS[character]?.width ?? unknownWidth(character)) + LETTER_SPACING);
  return Math.max(0, widths.reduce((sum, width) => sum + width, 0) - LETTER_SPACING);
}

/** East Asian characters are twice as wide as others. */
function unknownWidth(character: string): number {
  return Math.max(1, graphemeWidth(character)) * UNKNOWN_WIDTH;
}

/** Cut with an ellipsis to a width in pixels. */
export function cutToWidth(text: string, size: number, width: number, lettering: Lettering): string {
  if (lettering.width(text, size) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 1 && lettering.width(`${characters.join('')}…`, size) > width) characters.pop();
  return `${characters.join('')}…`;
}
