import type { Paint, Style } from '../style.ts';

const UNICODE_MARKS = ['●', '■', '◆', '○', '□', '◇'];
const ASCII_MARKS = ['*', '+', 'o', 'x', '#', '@'];
const MORE_MARKS = 'abcdefghijklmnpqrstuvwyz';

/** What tells a series from the others where there is no colour, one column wide. */
export function markOf(index: number, style: Style): string {
  const marks = style.glyphs.unicode ? UNICODE_MARKS : ASCII_MARKS;
  return marks[index] ?? (MORE_MARKS[(index - marks.length) % MORE_MARKS.length] as string);
}

export function paintOf(index: number, style: Style): Paint {
  const paints = [style.cyan, style.yellow, style.magenta, style.green, style.blue, style.red];
  return paints[index % paints.length] as Paint;
}
