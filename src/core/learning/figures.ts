import { argumentError, checkChoice, checkList, checkOptions, checkWhole, wrongArgument } from '../errors/wrong-argument.ts';
import { plotsSvg, svgDocument } from '../figure/draw-plots.ts';
import { imageGrid, type GridImage } from '../figure/image-grid.ts';
import { ELEMENTS, STROKES } from '../figure/text.ts';
import { own } from '../own.ts';
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
  matrix: { readonly classes: readonly Label[]; readonly counts: readonly (readonly number[])[] },
  options: ConfusionFigureOptions = {},
): string {
  checkOptions('confusionMatrixSvg', matrix, '{ classes, counts }, as confusionMatrix gives it');
  checkFigure('confusionMatrixSvg', options);
  const { title = 'Confusion matrix', normalized = false, letters } = options;
  const { classes, counts } = matrix;
  checkCounts(classes, counts);
  const names = classes.map(String);
  const shown = { name: '', revision: '', file: '', rows: names, columns: names, counts };
  const plot: ConfusionPlot = { ...head(title, 'confusion', 'predicted', 'actual'), kind: 'confusion', normalized, matrices: [shown] };
  return draw([plot], letters);
}

export interface NamedCurve {
  readonly name: string;
  readonly curve: RocCurve;
}

/** One curve, or several with their names, over the line of pure chance. An SVG picture. */
export function rocCurveSvg(curves: RocCurve | readonly NamedCurve[], options: FigureOptions = {}): string {
  checkFigure('rocCurveSvg', options);
  const { title = 'ROC curve', letters } = options;
  if (!Array.isArray(curves) && (typeof curves !== 'object' || curves === null || !('thresholds' in curves)))
    throw wrongArgument('rocCurveSvg', 'what rocCurve gives, or a list of { name, curve }', curves);
  const named: readonly NamedCurve[] = 'thresholds' in curves ? [{ name: 'model', curve: curves }] : curves;
  const drawn = named.map((each) => {
    checkOptions('rocCurveSvg: each of the curves', each, '{ name, curve }');
    checkOptions('rocCurveSvg: a curve', each.curve, 'what rocCurve gives');
    checkList('rocCurveSvg: falsePositiveRate', each.curve.falsePositiveRate, 'numbers');
    checkList('rocCurveSvg: truePositiveRate', each.curve.truePositiveRate, 'numbers');
    return series(String(each.name), each.curve.falsePositiveRate, each.curve.truePositiveRate);
  });
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
  options: FigureOptions & { readonly firstEpoch?: number } = {},
): string {
  checkOptions('trainingCurvesSvg', history, 'the history of model.fit, a list a metric');
  checkFigure('trainingCurvesSvg', options);
  const { title, letters, firstEpoch = 1 } = options;
  if (!Number.isFinite(firstEpoch)) throw wrongArgument('trainingCurvesSvg: firstEpoch', 'a number', firstEpoch);
  const metrics = [...new Set(Object.keys(history).map((name) => name.replace(/^val_/, '')))];
  const plots = metrics.map((metric): LinePlot => {
    const name = kerasMetricName(metric);
    const lines = [
      ['training', own(history, metric)],
      ['validation', history[`val_${metric}`]],
    ] as const;
    const drawn = lines.flatMap(([what, values]) => {
      if (values === undefined) return [];
      checkList(`trainingCurvesSvg: '${metric}'`, values, 'numbers, one an epoch');
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

/** Pictures with captions, such as what a model takes them for. An SVG picture. @throws MLO_DATA where a shape is not that of its pixels */
export function imageGridSvg(images: readonly GridImage[], options: ImageGridOptions = {}): string {
  checkFigure('imageGridSvg', options);
  const { title = '', columns = 8, side = 84, letters = 'strokes' } = options;
  checkWhole('imageGridSvg: columns', columns, 1);
  checkWhole('imageGridSvg: side', side, 1);
  if (!Array.isArray(images)) throw wrongArgument('imageGridSvg: the images', 'a list of { pixels, shape }', images);
  for (const image of images) {
    checkOptions('imageGridSvg: each of the images', image, '{ pixels, shape, caption }');
    checkList('imageGridSvg: pixels', image.pixels, 'numbers');
    checkList('imageGridSvg: shape', image.shape, 'lengths');
    checkText('imageGridSvg: caption', image.caption);
  }
  return svgDocument(imageGrid(images, { title, columns, side, lettering: letters === 'text' ? ELEMENTS : STROKES }));
}

function checkFigure(what: string, options: FigureOptions): void {
  checkOptions(what, options);
  checkText(`${what}: title`, options.title);
  checkChoice(`${what}: letters`, options.letters, ['text', 'strokes']);
}

function checkText(what: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') throw wrongArgument(what, 'a text', value);
}

function checkCounts(classes: readonly Label[], counts: readonly (readonly number[])[]): void {
  if (!Array.isArray(classes)) throw wrongArgument('confusionMatrixSvg: classes', 'a list of labels', classes);
  if (!Array.isArray(counts)) throw wrongArgument('confusionMatrixSvg: counts', 'a list of rows of numbers', counts);
  for (const row of counts) checkList('confusionMatrixSvg: a row of counts', row, 'numbers');
  if (counts.length === classes.length && counts.every((row) => row.length === classes.length)) return;
  const found = `${counts.length} rows of ${[...new Set(counts.map(({ length }) => length))].join(', ')}`;
  throw argumentError(`confusionMatrixSvg: counts: expected ${classes.length} rows of ${classes.length} for the classes, found ${found}`);
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
