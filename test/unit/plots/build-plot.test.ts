import { describe, expect, it } from 'vitest';
import { buildPlot, type PlotSource } from '../../../src/core/plots/build-plot.ts';
import { parseCsv } from '../../../src/core/plots/parse-csv.ts';
import { metricFamily, runPlots } from '../../../src/core/plots/run-plots.ts';

function source(text: string, about: Partial<PlotSource> = {}, file = 'h.csv'): PlotSource {
  return { revision: 'workspace', table: parseCsv(file, text, { delimiter: ',', header: true }), x: undefined, y: undefined, ...about };
}

describe('what is drawn of a table', () => {
  it('is by default the last column over the number of the row', () => {
    expect(buildPlot('h.csv', [source('a,b\n1,2\n3,4\n')], {})).toEqual({
      kind: 'line',
      id: 'h.csv',
      template: 'linear',
      title: 'h.csv',
      xLabel: 'step',
      yLabel: 'b',
      series: [{ revision: 'workspace', file: 'h.csv', x: 'step', y: 'b', name: 'b', xs: [0, 1], ys: [2, 4] }],
    });
  });

  it('goes from left to right, points without a place left out', () => {
    const plot = buildPlot('h.csv', [source('x,y\n3,30\n1,10\n,5\n2,20\n', { x: { column: 'x' } })], {});
    expect(plot).toMatchObject({ series: [{ xs: [1, 2, 3], ys: [10, 20, 30] }] });
  });

  it('keeps the order of points that are scattered', () => {
    const plot = buildPlot('h.csv', [source('x,y\n3,30\n1,10\n', { x: { column: 'x' } })], { template: 'scatter' });
    expect(plot).toMatchObject({ kind: 'scatter', series: [{ xs: [3, 1], ys: [30, 10] }] });
  });

  it('is named by what differs: revision, file, column', () => {
    const two = { y: ['a', 'b'] };
    const names = (sources: readonly PlotSource[]): unknown => {
      const plot = buildPlot('p', sources, {});
      return plot.kind === 'line' ? plot.series.map(({ name }) => name) : plot;
    };
    const text = 'a,b\n1,2\n';
    expect(names([source(text, two)])).toEqual(['a', 'b']);
    expect(names([source(text), source(text, { revision: 'HEAD' })])).toEqual(['workspace', 'HEAD']);
    expect(names([source(text), source(text, {}, 'other.csv')])).toEqual(['h.csv', 'other.csv']);
    expect(names([source(text, two), source(text, { ...two, revision: 'v1' })])).toEqual(['workspace a', 'workspace b', 'v1 a', 'v1 b']);
  });

  it('may have its places in another file of as many rows', () => {
    const steps = source('step\n10\n20\n', {}, 's.csv').table;
    const plot = buildPlot('p', [source('y\n1\n2\n', { x: { column: 'step', table: steps } })], {});
    expect(plot).toMatchObject({ xLabel: 'step', series: [{ xs: [10, 20], ys: [1, 2] }] });
    const short = source('step\n10\n', {}, 's.csv').table;
    expect(() => buildPlot('p', [source('y\n1\n2\n', { x: { column: 'step', table: short } })], {})).toThrow(
      "'s.csv' has 1 rows and 'h.csv' 2",
    );
  });

  it('as bars is a length for each word, sorted where that is asked for', () => {
    const bars = { x: { column: 'n' }, y: ['name'] };
    const sources = [source('name,n\na,1\nb,3\n', bars), source('name,n\nb,4\nc,5\n', { ...bars, revision: 'HEAD' })];
    expect(buildPlot('p', sources, { template: 'bar_horizontal_sorted' })).toMatchObject({
      kind: 'bars',
      names: ['workspace', 'HEAD'],
      xLabel: 'n',
      yLabel: 'name',
      bars: [
        { label: 'b', values: [3, 4] },
        { label: 'a', values: [1, null] },
        { label: 'c', values: [null, 5] },
      ],
    });
  });

  it('as a confusion matrix counts pairs, classes of digits by their value', () => {
    const text = 'actual,predicted\n10,2\n2,2\n10,10\n2,10\n10,10\n';
    const plot = buildPlot('p', [source(text, { x: { column: 'predicted' }, y: ['actual'] })], { template: 'confusion' });
    expect(plot).toMatchObject({
      kind: 'confusion',
      normalized: false,
      xLabel: 'predicted',
      yLabel: 'actual',
      matrices: [
        {
          rows: ['2', '10'],
          columns: ['2', '10'],
          counts: [
            [1, 1],
            [1, 2],
          ],
        },
      ],
    });
  });

  it('is what the command line or the pipeline say, before its own names', () => {
    const plot = buildPlot('p', [source('a\n1\n')], { title: 'T', xLabel: 'X', yLabel: 'Y', template: 'my-own-vega' });
    expect(plot).toMatchObject({ title: 'T', xLabel: 'X', yLabel: 'Y', template: 'linear' });
  });
});

describe('pictures of runs', () => {
  const series = (runId: string, runName: string, metric: string) => ({ runId, runName, metric, steps: [0, 1], values: [1, 2] });
  const first = 'a'.repeat(32);
  const second = 'b'.repeat(32);

  it('put a metric of several runs, or a family of metrics, into one', () => {
    const all = [series(first, 'train', 'loss'), series(first, 'train', 'val_loss'), series(second, 'train', 'loss')];
    expect(runPlots(all, 'metric').map(({ id, series: lines }) => [id, lines.map(({ name }) => name)])).toEqual([
      ['loss', ['aaaaaaaa', 'bbbbbbbb']],
      ['val_loss', ['val_loss']],
    ]);
    expect(runPlots(all, 'family').map(({ id, series: lines }) => [id, lines.map(({ name }) => name)])).toEqual([
      ['loss', ['aaaaaaaa loss', 'aaaaaaaa val_loss', 'bbbbbbbb loss']],
    ]);
  });

  it.each([
    ['val_loss', 'loss'],
    ['train/loss', 'loss'],
    ['loss', 'loss'],
    ['accuracy.test', 'accuracy'],
    ['validation', 'validation'],
    ['interval', 'interval'],
  ])('%s belongs to the family %s', (metric, family) => {
    expect(metricFamily(metric)).toBe(family);
  });
});
