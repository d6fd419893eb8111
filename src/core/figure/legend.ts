import { INK, seriesColour, seriesDash } from './colours.ts';
import { px } from './svg.ts';
import { cutToWidth, type Lettering } from './text.ts';

const SIZE = 13;
const SWATCH = 22;
const GAP = 22;
const LEGEND_ROW = 22;

/** Name of each series behind a piece of its line, in rows of at most `width`. */
export function legend(
  names: readonly string[],
  left: number,
  top: number,
  width: number,
  lettering: Lettering,
): { readonly height: number; readonly body: string } {
  let [x, y] = [left, top];
  const parts = names.map((name, index) => {
    const text = cutToWidth(name, SIZE, width - SWATCH - 6, lettering);
    const size = SWATCH + 6 + lettering.width(text, SIZE);
    if (x > left && x + size > left + width) [x, y] = [left, y + LEGEND_ROW];
    const middle = y - 4.5;
    const swatch = `<line x1="${px(x)}" y1="${px(middle)}" x2="${px(x + SWATCH)}" y2="${px(middle)}" stroke="${seriesColour(index)}" stroke-width="3"${seriesDash(index)}/>`;
    const label = lettering.text(text, x + SWATCH + 6, y, { size: SIZE, colour: INK });
    x += size + GAP;
    return swatch + label;
  });
  return { height: names.length === 0 ? 0 : y - top + LEGEND_ROW, body: parts.join('') };
}
