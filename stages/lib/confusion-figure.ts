import { colourOf, inkOn } from './colour-scale.ts';
import { svgText, textWidth } from './svg-text.ts';

const INK = '#111827';
const MUTED = '#6b7280';
const CELL = 200;
const GAP = 6;
const MARGIN = 56;
const HEAD = 128;
const FOOT = 124;
const LABEL_SIZE = 19;
const SCALE = { width: 22, steps: 100, gap: 44, labels: 96 };

/**
 * The confusion matrix as an SVG picture: a row for each actual class, a column for each predicted one.
 * A cell shows the number of samples and is coloured by its share of the row, so that rare classes are as visible as common ones.
 */
export function confusionFigure(
  matrix: readonly (readonly number[])[],
  names: readonly string[],
  words: { readonly title: string; readonly subtitle: string },
): string {
  const side = names.length * (CELL + GAP) - GAP;
  const nameWidth = Math.max(...names.map((name) => textWidth(name, LABEL_SIZE)));
  const left = Math.ceil(MARGIN + 2 * LABEL_SIZE + nameWidth + 24);
  const width = left + side + SCALE.gap + SCALE.width + SCALE.labels;
  const height = HEAD + side + FOOT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    svgText(words.title, left, 62, { size: 28, colour: INK, weight: 1.25 }),
    svgText(words.subtitle, left, 100, { size: 18, colour: MUTED }),
    `<g transform="translate(${left} ${HEAD})">`,
    ...matrix.flatMap((row, actual) => row.map((count, predicted) => cell(count, sum(row), actual, predicted))),
    ...axisLabels(names, side, nameWidth),
    colourScale(side),
    '</g>',
    '</svg>',
  ].join('\n');
}

function cell(count: number, rowTotal: number, actual: number, predicted: number): string {
  const share = rowTotal === 0 ? 0 : count / rowTotal;
  const [x, y] = [start(predicted), start(actual)];
  const middle = x + CELL / 2;
  const ink = inkOn(share);
  return [
    `<rect x="${x}" y="${y}" width="${CELL}" height="${CELL}" rx="8" fill="${colourOf(share)}"/>`,
    svgText(String(count), middle, y + CELL / 2 + 6, { size: 38, colour: ink, anchor: 'middle', weight: 1.15 }),
    svgText(`${Math.round(100 * share)} %`, middle, y + CELL / 2 + 46, { size: 16, colour: ink, anchor: 'middle' }),
  ].join('');
}

function axisLabels(names: readonly string[], side: number, nameWidth: number): string[] {
  const label = { size: LABEL_SIZE, colour: INK };
  const title = { size: 20, colour: MUTED, anchor: 'middle', weight: 1.15 } as const;
  return [
    ...names.map((name, row) => svgText(name, -20, start(row) + (CELL + LABEL_SIZE) / 2, { ...label, anchor: 'end' })),
    ...names.map((name, column) => svgText(name, start(column) + CELL / 2, side + 42, { ...label, anchor: 'middle' })),
    svgText('Actual', -20 - Math.ceil(nameWidth) - 30, side / 2, { ...title, turn: -90 }),
    svgText('Predicted', side / 2, side + 92, title),
  ];
}

/** The colours from 0 % at the bottom to 100 % at the top, beside the matrix. */
function colourScale(side: number): string {
  const x = side + SCALE.gap;
  // From the top down, each band over the rest of the one before: edges on whole pixels leave no seams.
  const bands = Array.from({ length: SCALE.steps }, (_, number) => {
    const y = Math.round((number / SCALE.steps) * side);
    const colour = colourOf(1 - (number + 0.5) / SCALE.steps);
    return `<rect x="${x}" y="${y}" width="${SCALE.width}" height="${side - y}" fill="${colour}"/>`;
  });
  const ticks = [0, 25, 50, 75, 100].map((percent) => {
    const y = side * (1 - percent / 100);
    const baseline = Math.min(Math.max(y + 7, 14), side);
    return svgText(`${percent} %`, x + SCALE.width + 12, baseline, { size: 14, colour: MUTED });
  });
  return [...bands, ...ticks].join('');
}

/** Left or upper edge of a column or row. */
function start(index: number): number {
  return index * (CELL + GAP);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
