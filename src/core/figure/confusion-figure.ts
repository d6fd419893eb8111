import { largest } from '../largest.ts';
import type { ConfusionPlot } from '../plots/plot.ts';
import { formatCount } from '../text/amount.ts';
import { formatNumber } from '../text/format-number.ts';
import { titleText } from './axes.ts';
import { inkOn, INK, MUTED, shadeColour } from './colours.ts';
import { escapeXml, rect } from './svg.ts';
import { cutToWidth, type Lettering } from './text.ts';
import type { Drawing, Figure } from './types.ts';

const TOP = 48;
const GAP = 2;
const MARGIN = 24;
const NAME_SIZE = 13;
const MOST_NAME = 160;
const LABEL_SIZE = 13;
/** More would not fit into a cell; what is under the pointer has more. */
const SHARE_DIGITS = 2;
/** Nobody reads smaller letters. */
const SMALLEST = 7.5;

type Matrix = ConfusionPlot['matrices'][number];

/** Matrices side by side, a row for each actual class. Cells are coloured by their share of the row, so that rare classes are as visible as common ones. */
export function confusionFigure(plot: ConfusionPlot, { lettering }: Drawing): Figure {
  let left = 0;
  let height = 0;
  const parts = plot.matrices.map((matrix) => {
    const title = plot.matrices.length === 1 ? plot.title : `${plot.title} (${matrix.name})`;
    const drawn = drawMatrix(plot, matrix, title, lettering);
    const body = `<g transform="translate(${left} 0)">${drawn.body}</g>`;
    left += drawn.width;
    height = Math.max(height, drawn.height);
    return body;
  });
  return { width: Math.max(left, 240), height, body: parts.join('\n') };
}

function drawMatrix(
  { xLabel, yLabel, normalized }: ConfusionPlot,
  { rows, columns, counts }: Matrix,
  title: string,
  lettering: Lettering,
): Figure {
  const cell = Math.max(14, Math.min(84, Math.floor(560 / Math.max(1, columns.length))));
  const names = rows.map((name) => cutToWidth(name, NAME_SIZE, MOST_NAME, lettering));
  const nameWidth = Math.max(20, largest(names.map((name) => lettering.width(name, NAME_SIZE))));
  const left = Math.ceil(MARGIN + LABEL_SIZE + 12 + nameWidth + 10);
  const [width, height] = [columns.length * cell, rows.length * cell];
  const widest = largest(columns.map((name) => lettering.width(cutToWidth(name, NAME_SIZE, MOST_NAME, lettering), NAME_SIZE)));
  // Names that are wider than their column stand upright.
  const upright = widest > cell - 4;
  const below = upright ? widest + 8 : 20;
  const cells = counts.flatMap((row, actual) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => {
      const share = total === 0 ? 0 : count / total;
      const [x, y] = [left + predicted * cell, TOP + actual * cell];
      const whole = normalized ? `${Math.round(100 * share)}%` : countText(count, SHARE_DIGITS);
      const fits = (text: string): number => Math.min(18, (cell - 8) / Math.max(1, text.length * 0.62));
      const text = fits(whole) < SMALLEST && count >= 1000 ? `${Math.round(count / 1000)}k` : whole;
      const size = fits(text);
      const label =
        size < SMALLEST
          ? ''
          : lettering.text(text, x + cell / 2, y + cell / 2 + size * 0.36, {
              size: Math.floor(size),
              // Zeros stand back: what is read is what was confused.
              colour: count === 0 ? MUTED : inkOn(share),
              anchor: 'middle',
            });
      // What viewers show under the pointer.
      const about = escapeXml(`${rows[actual] ?? ''} → ${columns[predicted] ?? ''}: ${countText(count)} (${Math.round(100 * share)}%)`);
      return `<g><title>${about}</title>${rect(x, y, cell - GAP, cell - GAP, `rx="3" fill="${shadeColour(share)}"`)}${label}</g>`;
    });
  });
  const body = [
    titleText(title, left, Math.max(width, 200), lettering),
    ...cells,
    ...names.map((name, row) =>
      lettering.text(name, left - 8, TOP + row * cell + cell / 2 + 4, { size: NAME_SIZE, colour: INK, anchor: 'end' }),
    ),
    ...columns.map((name, column) => {
      const text = cutToWidth(name, NAME_SIZE, MOST_NAME, lettering);
      const x = left + column * cell + cell / 2;
      if (!upright) return lettering.text(text, x, TOP + height + 16, { size: NAME_SIZE, colour: INK, anchor: 'middle' });
      return lettering.text(text, x + 4, TOP + height + 6, { size: NAME_SIZE, colour: INK, anchor: 'end', turn: -90 });
    }),
    lettering.text(xLabel, left + width / 2, TOP + height + below + 22, { size: LABEL_SIZE, colour: MUTED, anchor: 'middle' }),
    lettering.text(yLabel, MARGIN + 4, TOP + height / 2, { size: LABEL_SIZE, colour: MUTED, anchor: 'middle', turn: -90 }),
  ].join('\n');
  return { width: left + Math.max(width, 200) + MARGIN, height: TOP + height + below + 40, body };
}

/** A matrix may have shares, from 0 to 1, or weights. */
function countText(count: number, shareDigits?: number): string {
  if (Number.isInteger(count)) return formatCount(count);
  return formatNumber(count, Math.abs(count) < 1 ? shareDigits : undefined);
}
