import { CAPITAL_HEIGHT, GLYPHS, LETTER_SPACING, STROKE_WIDTH } from './glyphs.ts';

export interface TextStyle {
  /** Height of a capital letter, in the units of the picture. */
  readonly size: number;
  readonly colour: string;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** 1 is regular, above 1 is bolder. */
  readonly weight?: number;
  /** Degrees, clockwise, around the anchor. */
  readonly turn?: number;
}

/** An SVG element that draws `text` as strokes; (x, y) is the anchor on the baseline. */
export function svgText(text: string, x: number, y: number, style: TextStyle): string {
  const { size, colour, anchor = 'start', weight = 1, turn = 0 } = style;
  const shift = { start: 0, middle: -0.5, end: -1 }[anchor] * glyphsWidth(text);
  const transform = `translate(${x} ${y}) rotate(${turn}) scale(${round(size / CAPITAL_HEIGHT)}) translate(${round(shift)} 0)`;
  return `<g fill="none" stroke="${colour}" stroke-width="${round(STROKE_WIDTH * weight)}" stroke-linecap="round" stroke-linejoin="round" transform="${transform}">${letters(text)}</g>`;
}

/** Width of the drawn text in the units of the picture. */
export function textWidth(text: string, size: number): number {
  return (glyphsWidth(text) * size) / CAPITAL_HEIGHT;
}

function letters(text: string): string {
  let x = 0;
  let result = '';
  for (const character of text) {
    const { path, width } = glyphOf(character);
    if (path !== '') result += `<path d="${path}" transform="translate(${round(x)} 0)"/>`;
    x += width + LETTER_SPACING;
  }
  return result;
}

function glyphsWidth(text: string): number {
  const widths = Array.from(text, (character) => glyphOf(character).width + LETTER_SPACING);
  return Math.max(0, widths.reduce((sum, width) => sum + width, 0) - LETTER_SPACING);
}

function glyphOf(character: string): { path: string; width: number } {
  const glyph = GLYPHS[character];
  if (glyph === undefined) throw new Error(`the font of stages/lib/glyphs.ts has no "${character}": add it there`);
  return glyph;
}

/** Three decimals are far below a pixel and keep the file small. */
function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
