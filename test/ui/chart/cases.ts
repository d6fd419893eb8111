import { barChart } from '../../../src/ui/chart/bar-chart.ts';
import { confusionChart } from '../../../src/ui/chart/confusion-chart.ts';
import { lineChart } from '../../../src/ui/chart/line-chart.ts';
import { runSeriesChart } from '../../../src/ui/chart/run-series-chart.ts';
import type { Style } from '../../../src/ui/style.ts';

type Draw = (style: Style) => string[];

const STEPS = Array.from({ length: 200 }, (_, step) => step);
const LOSS = STEPS.map((step) => Math.exp(-step / 40) + 0.05 * Math.sin(step * 1.3) * Math.exp(-step / 100));
const VALIDATION = STEPS.map((step) => Math.exp(-step / 50) + 0.1 + step / 2000);
const BROKEN = STEPS.map((step) =>
  step > 60 && step < 90 ? Number.NaN : step === 120 ? Infinity : step === 130 ? -Infinity : Math.sin(step / 20),
);
const SPIRAL = STEPS.map((step) => [Math.sin(step) * step, Math.cos(step) * step] as const);
const SPECIES = ['setosa', 'versicolor', 'virginica'];
const TEN = Array.from({ length: 10 }, (_, index) => `class number ${index}`);
const FORTY = Array.from({ length: 40 }, (_, index) => `c${index}`);

function one(name: string, ys: readonly number[], xs: readonly number[] = STEPS) {
  return [{ name, xs, ys }];
}

/** What charts are tried with; each is drawn at several widths, with and without Unicode. */
export const CHART_CASES: { readonly [name: string]: Draw } = {
  'one series': (style) => lineChart(one('loss', LOSS), { title: 'loss', xLabel: 'step' }, style),
  'two series': (style) =>
    lineChart([...one('loss', LOSS), ...one('val_loss', VALIDATION)], { title: 'Training', yLabel: 'loss', xLabel: 'step' }, style),
  'five runs': (style) =>
    lineChart(
      ['a', 'b', 'c', 'd', 'e'].flatMap((name, index) =>
        one(
          `run ${name}`,
          STEPS.map((step) => Math.exp(-step / (20 + 10 * index))),
        ),
      ),
      { title: 'five' },
      style,
    ),
  'gaps and infinities': (style) => lineChart(one('sine', BROKEN), { title: 'broken' }, style),
  'one point': (style) => lineChart(one('once', [0.3], [5]), { title: 'one point' }, style),
  'a constant': (style) =>
    lineChart(
      one(
        'constant',
        STEPS.map(() => 3),
      ),
      { title: 'constant', height: 6 },
      style,
    ),
  'nothing but NaN': (style) => lineChart(one('nan', [Number.NaN, Number.NaN], [1, 2]), { title: 'nothing', height: 5 }, style),
  logarithmic: (style) =>
    lineChart(
      one(
        'lr',
        STEPS.map((step) => (step === 50 ? 0 : 10 ** (-step / 40))),
      ),
      { title: 'lr', logY: true },
      style,
    ),
  huge: (style) =>
    lineChart(
      one(
        'huge',
        STEPS.map((step) => step ** 2 * 1e9),
        STEPS.map((step) => step * 1e5),
      ),
      { title: 'huge' },
      style,
    ),
  tiny: (style) =>
    lineChart(
      one(
        'tiny',
        STEPS.map((step) => step * 1e-9),
      ),
      { title: 'tiny' },
      style,
    ),
  smoothed: (style) =>
    lineChart(
      one(
        'noise',
        STEPS.map((step) => Math.sin(step * 7) + step / 50),
      ),
      { title: 'noise', smoothing: 0.9 },
      style,
    ),
  scatter: (style) =>
    lineChart(
      one(
        'spiral',
        SPIRAL.map(([, y]) => y),
        SPIRAL.map(([x]) => x),
      ),
      { title: 'spiral', kind: 'scatter', xLabel: 'x' },
      style,
    ),
  'series of a run': (style) => runSeriesChart([...one('loss', LOSS), ...one('val_loss', VALIDATION)], 'loss', style, { height: 8 }),
  bars: (style) =>
    barChart(
      ['importance'],
      [
        { label: 'petal_length', values: [0.442] },
        { label: 'petal_width', values: [0.41] },
        { label: 'sepal_length (the name of a feature that is very long)', values: [0.01] },
      ],
      { title: 'Importance' },
      style,
    ),
  'grouped bars': (style) =>
    barChart(
      ['HEAD', 'workspace'],
      [
        { label: 'a', values: [3, -4] },
        { label: 'b', values: [undefined, 1] },
        { label: 'c', values: [Infinity, Number.NaN] },
      ],
      { title: 'Groups' },
      style,
    ),
  confusion: (style) => confusionChart(matrix(SPECIES, [50, 2]), { title: 'Confusion', normalized: false }, style),
  'confusion in percent': (style) => confusionChart(matrix(SPECIES, [50, 2]), { title: 'Confusion', normalized: true }, style),
  'ten classes': (style) => confusionChart(matrix(TEN, [900, 50]), { title: 'Ten classes', normalized: false }, style),
  'forty classes': (style) => confusionChart(matrix(FORTY, [9, 1]), { title: 'Forty classes', normalized: false }, style),
};

function matrix(names: readonly string[], [right, beside]: readonly [number, number]) {
  const counts = names.map((_, row) => names.map((__, column) => (row === column ? right : Math.abs(row - column) === 1 ? beside : 0)));
  return { rows: names, columns: names, counts };
}
