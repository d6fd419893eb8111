import { printable } from '../format/printable.ts';
import { textWidth, truncate } from '../format/text-width.ts';
import type { Style } from '../style.ts';
import { markOf, paintOf } from './marks.ts';

const GAP = 3;

/** Mark and name of each series, as many on a line as the width allows. */
export function legendLines(names: readonly string[], width: number, style: Style): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const [index, name] of names.entries()) {
    const text = truncate(printable(name), Math.max(1, width - 2), style.glyphs.ellipsis);
    const size = textWidth(text) + 2;
    if (used > 0 && used + GAP + size > width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += `${used > 0 ? ' '.repeat(GAP) : ''}${paintOf(index, style)(markOf(index, style))} ${text}`;
    used += (used > 0 ? GAP : 0) + size;
  }
  return line === '' ? lines : [...lines, line];
}
