import { describe, expect, it } from 'vitest';
import { buildPlot, type PlotSource } from '../../../src/core/plots/build-plot.ts';
import { parseCsv } from '../../../src/core/plots/parse-csv.ts';
import { metricFamily, runPlots } from '../../../src/core/plots/run-plots.ts';

function source(text: string, about: Partial<PlotSource> = {}, file = 'h.csv'): PlotSource {
  return { revision: 'workspace', table: parseCsv(file, text, { delimiter: ',', header: true }), x: undefined, y: undefined, ...about };
}

function barsOf(text: string, template: string): string[] {
  const plot = buildPlot('p', [source(text)], { template });
  return plot.kind === 'bars' ? plot.bars.map(({ label, values }) => `${label} ${values[0]}`) : [];
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

  it.each(['constructor', '__proto__', 'toString'])('takes no cell %s for a number', (word) => {
    expect(() => buildPlot('h.csv', [source(`a\n1\n${word}\n`)], {})).toThrow(`h.csv:3: column 'a': expected a number, found '${word}'`);
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

  it.each([
    ['feature,importance\nage,0.3\nincome,0.3\nzip,0.1\n', ['age 0.3', 'income 0.3', 'zip 0.1']],
    ['importance,feature\n0.3,age\n0.3,income\n', ['age 0.3', 'income 0.3']],
    ['rank,feature,importance\n1,age,0.3\n2,income,0.3\n', ['age 0.3', 'income 0.3']],
  ])('as bars has the words of %j at the bars, whichever column they are in', (text, bars) => {
    expect(barsOf(text, 'bar_horizontal')).toEqual(bars);
  });

  it('as bars has one for each row, also where two have the same word', () => {
    const both = [source('k,v\na,1\nb,2\na,3\n'), source('k,v\na,4\na,5\na,6\n', { revision: 'HEAD' })];
    expect(buildPlot('p', both, { template: 'bar_horizontal' })).toMatchObject({
      bars: [
        { label: 'a', values: [1, 4] },
        { label: 'b', values: [2, null] },
        { label: 'a', values: [3, 5] },
        { label: 'a', values: [null, 6] },
      ],
    });
  });

  it('as sorted bars has what is no number last', () => {
    const text = 'k,v\na,3\nb,\nc,10\nd,1\ne,nan\nf,-inf\ng,inf\nh,inf\n';
    expect(barsOf(text, 'bar_horizontal_sorted')).toEqual([
      'g Infinity',
      'h Infinity',
      'c 10',
      'a 3',
      'd 1',
      'f -Infinity',
      'b NaN',
      'e NaN',
    ]);
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
