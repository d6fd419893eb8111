import { plotsSvg, svgDocument } from '../figure/draw-plots.ts';
import { imageGrid, type GridImage } from '../figure/image-grid.ts';
import { ELEMENTS, STROKES } from '../figure/text.ts';
import type { ConfusionPlot, LinePlot, Plot, PlotSeries } from '../plots/plot.ts';
import { kerasMetricName } from './callbacks/monitor.ts';
import type { Label } from './labels.ts';
import type { RocCurve } from './metrics/roc.ts';

export interface FigureOptions {
  readonly title?: string;
  /** `strokes`: drawn letters, the same picture everywhere; `text`: the viewer's font, which can be searched. Default `strokes`. */
  readonly letters?: 'text' | 'strokes';
}

export interface ConfusionFigureOptions extends FigureOptions {
  /** Shares of each actual class instead of counts. Default false. */
  readonly normalized?: boolean;
}

/** `counts[actual][predicted]`, as `confusionMatrix` gives it, coloured by the share of each row. An SVG picture. */
export function confusionMatrixSvg(
  { classes, counts }: { readonly classes: readonly Label[]; readonly counts: readonly (readonly number[])[] },
  { title = 'Confusion matrix', normalized = false, letters }: ConfusionFigureOptions = {},
): string {
  const names = classes.map(String);
  const matrix = { name: '', revision: '', file: '', rows: names, columns: names, counts };
  const plot: ConfusionPlot = { ...head(title, 'confusion', 'predicted', 'actual'), kind: 'confusion', normalized, matrices: [matrix] };
  return draw([plot], letters);
}

export interface NamedCurve {
  readonly name: string;
  readonly curve: RocCurve;
}

/** One curve, or several with their names, over the line of pure chance. An SVG picture. */
export function rocCurveSvg(curves: RocCurve | readonly NamedCurve[], { title = 'ROC curve', letters }: FigureOptions = {}): string {
  const named: readonly NamedCurve[] = 'thresholds' in curves ? [{ name: 'model', curve: curves }] : curves;
  const drawn = named.map(({ name, curve }) => series(name, curve.falsePositiveRate, curve.truePositiveRate));
  const plot: LinePlot = {
    ...head(title, 'linear', 'false positive rate', 'true positive rate'),
    kind: 'line',
    series: [...drawn, series('chance', [0, 1], [0, 1])],
  };
  return draw([plot], letters);
}

/**
 * A picture for each metric of `history` (that of `model.fit`) over the epochs, training and validation together, below each other. Epochs count
 * from `firstEpoch`, default 1. An SVG picture.
 */
export function trainingCurvesSvg(
  history: { readonly [metric: string]: ArrayLike<unknown> },
  { title, letters, firstEpoch = 1 }: FigureOptions & { readonly firstEpoch?: number } = {},
): string {
  const metrics = [...new Set(Object.keys(history).map((name) => name.replace(/^val_/, '')))];
  const plots = metrics.map((metric): LinePlot => {
    const name = kerasMetricName(metric);
    const lines = [
      ['training', history[metric]],
      ['validation', history[`val_${metric}`]],
    ] as const;
    const drawn = lines.flatMap(([what, values]) => {
      if (values === undefined) return [];
      const ys = Array.from(values, Number);
      return [
        series(
          what,
          ys.map((_, at) => at + firstEpoch),
          ys,
        ),
      ];
    });
    return { ...head(title === undefined ? name : `${title}: ${name}`, 'linear', 'epoch', name), kind: 'line', series: drawn };
  });
  return draw(plots, letters);
}

export interface ImageGridOptions extends FigureOptions {
  /** Pictures in a row. Default 8. */
  readonly columns?: number;
  /** Pixels of the square that each is fitted into. Default 84. */
  readonly side?: number;
}

/** Pictures with captions, such as what a model takes them for. An SVG picture. @throws RangeError where a shape is not that of its pixels */
export function imageGridSvg(
  images: readonly GridImage[],
  { title = '', columns = 8, side = 84, letters = 'strokes' }: ImageGridOptions = {},
): string {
  return svgDocument(imageGrid(images, { title, columns, side, lettering: letters === 'text' ? ELEMENTS : STROKES }));
}

function head(
  title: string,
  template: Plot['template'],
  xLabel: string,
  yLabel: string,
): Pick<Plot, 'id' | 'title' | 'template' | 'xLabel' | 'yLabel'> {
  return { id: title, title, template, xLabel, yLabel };
}

function series(name: string, xs: ArrayLike<number>, ys: ArrayLike<number>): PlotSeries {
  return { name, revision: '', x: '', y: '', xs, ys };
}

function draw(plots: readonly Plot[], letters: FigureOptions['letters'] = 'strokes'): string {
  return plotsSvg(plots, {}, letters);
}
