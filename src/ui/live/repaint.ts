import { stripVTControlCharacters } from 'node:util';
import { textWidth, truncate } from '../format/text-width.ts';
import type { Style } from '../style.ts';

/** To the start of the line `lines` above, and nothing below it. */
function backOver(lines: number): string {
  return `\r${lines > 0 ? `\u001B[${lines}A` : ''}\u001B[J`;
}

/**
 * Text that writes `lines` over the `painted` ones of the last time, and how many those are now. A line that wrapped or a
 * screen that scrolled could not be gone back over, so what does not fit in `rows` is left out at the end.
 */
export function repaint(
  lines: readonly string[],
  painted: number,
  rows: number,
  style: Style,
): { readonly text: string; readonly painted: number } {
  const most = Math.max(1, rows - 1);
  const shown = lines.length <= most ? lines : [...lines.slice(0, most - 1), style.dim(style.glyphs.ellipsis)];
  const text = shown.map((line) => `${fitted(line, style)}\n`).join('');
  return { text: backOver(painted) + text, painted: shown.length };
}

/** Colours cannot be cut, so a line that is too long loses them. */
function fitted(line: string, style: Style): string {
  return textWidth(line) <= style.width ? line : truncate(stripVTControlCharacters(line), style.width, style.glyphs.ellipsis);
}
