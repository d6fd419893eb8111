import { textWidth, truncate } from '../format/text-width.ts';
import type { Style } from '../style.ts';

/** Columns that the label takes. */
const LABEL = 10;

/** `params    lr=0.05, epochs=60`, wrapped between the items and aligned below the first; nothing where there are none. */
export function listLines(label: string, items: readonly string[], indent: string, style: Style): string[] {
  if (items.length === 0) return [];
  const room = Math.max(20, style.width - indent.length - LABEL);
  const lines: string[] = [];
  let line = '';
  for (const [index, item] of items.entries()) {
    const text = truncate(item, room - 1, style.glyphs.ellipsis) + (index < items.length - 1 ? ',' : '');
    if (line !== '' && textWidth(line) + 1 + textWidth(text) > room) {
      lines.push(line);
      line = text;
    } else line = line === '' ? text : `${line} ${text}`;
  }
  return [...lines, line].map((text, index) => indent + (index === 0 ? style.dim(label.padEnd(LABEL)) : ' '.repeat(LABEL)) + text);
}
