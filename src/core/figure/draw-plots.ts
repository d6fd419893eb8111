import type { Plot } from '../plots/plot.ts';
import { barFigure } from './bar-figure.ts';
import { PAPER } from './colours.ts';
import { confusionFigure } from './confusion-figure.ts';
import { imageFigure } from './image-figure.ts';
import { lineFigure } from './line-figure.ts';
import { rect } from './svg.ts';
import { ELEMENTS, STROKES } from './text.ts';
import type { Drawing, Figure, FigureView } from './types.ts';

const FONT = 'system-ui, sans-serif';

export function drawPlot(plot: Plot, drawing: Drawing): Figure {
  if (plot.kind === 'bars') return barFigure(plot, drawing);
  if (plot.kind === 'confusion') return confusionFigure(plot, drawing);
  return plot.kind === 'images' ? imageFigure(plot, drawing) : lineFigure(plot, drawing);
}

/** One SVG picture of all plots, below each other. `letters`: strokes need no font where the picture is turned into pixels. */
export function plotsSvg(plots: readonly Plot[], view: FigureView, letters: 'text' | 'strokes'): string {
  const drawing = { view, lettering: letters === 'text' ? ELEMENTS : STROKES };
  const figures = plots.map((plot) => drawPlot(plot, drawing));
  let top = 0;
  const parts = figures.map(({ body, height }) => {
    const placed = `<g transform="translate(0 ${Math.round(top)})">\n${body}\n</g>`;
    top += height;
    return placed;
  });
  return svgDocument({ width: Math.max(1, ...figures.map(({ width }) => width)), height: Math.max(1, top), body: parts.join('\n') });
}

export function svgDocument({ width, height, body }: Pick<Figure, 'width' | 'height' | 'body'>): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" font-family="${FONT}">`,
    rect(0, 0, w, h, `fill="${PAPER}"`),
    body,
    '</svg>',
    '',
  ].join('\n');
}
