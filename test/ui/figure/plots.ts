import type { BarPlot, ConfusionPlot, ImagePlot, LinePlot, Plot } from '../../../src/core/plots/plot.ts';

export const HOSTILE = `</script><script>alert("1")</script>&'\u0000\u001b[31m`;

const head = { template: 'linear', xLabel: 'step', yLabel: 'loss' } as const;
const xs = Array.from({ length: 2000 }, (_, step) => step);

export const LINES: LinePlot = {
  ...head,
  kind: 'line',
  id: 'loss.csv',
  title: 'Loss',
  series: ['loss', 'val_loss'].map((name, index) => ({
    name,
    revision: 'workspace',
    file: 'loss.csv',
    x: 'step',
    y: name,
    xs,
    ys: xs.map((step) => (step === 77 ? Number.NaN : step === 99 ? Infinity : Math.exp(-step / (300 * (index + 1))))),
  })),
};

export const SCATTER: LinePlot = {
  ...head,
  kind: 'scatter',
  id: 's.csv',
  title: 'Points',
  series: [{ name: 'b', revision: 'workspace', file: 's.csv', x: 'a', y: 'b', xs: xs.map(Math.sin), ys: xs.map((x) => Math.cos(x) * x) }],
};

export const BARS: BarPlot = {
  ...head,
  kind: 'bars',
  id: 'b.csv',
  title: 'Bars',
  names: ['HEAD', 'workspace'],
  bars: [
    { label: 'a', values: [1, -2] },
    { label: 'b', values: [null, 3] },
  ],
};

export const CONFUSION: ConfusionPlot = {
  ...head,
  kind: 'confusion',
  id: 'c.csv',
  title: 'Classes',
  normalized: false,
  matrices: [
    {
      name: 'workspace',
      revision: 'workspace',
      file: 'c.csv',
      rows: ['a', 'b'],
      columns: ['a', 'b'],
      counts: [
        [5, 1],
        [0, 7],
      ],
    },
  ],
};

export const IMAGES: ImagePlot = {
  ...head,
  kind: 'images',
  id: 'i.png',
  title: 'Picture',
  images: [{ revision: 'HEAD', file: 'i.png', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]), digest: 'd' }],
};

export const NASTY: readonly Plot[] = [
  {
    ...LINES,
    title: HOSTILE,
    xLabel: HOSTILE,
    yLabel: HOSTILE,
    series: [
      { name: HOSTILE, revision: HOSTILE, file: HOSTILE, x: HOSTILE, y: HOSTILE, xs: [1, 2], ys: [1, 2] },
      { name: 'b', revision: 'r', x: 'x', y: 'y', xs: [1], ys: [3] },
    ],
  },
  { ...BARS, title: HOSTILE, names: [HOSTILE, 'b'], bars: [{ label: HOSTILE, values: [1, 2] }] },
  {
    ...CONFUSION,
    title: HOSTILE,
    matrices: [{ name: HOSTILE, revision: 'r', file: 'f', rows: [HOSTILE], columns: [HOSTILE], counts: [[1]] }],
  },
  {
    ...IMAGES,
    title: HOSTILE,
    images: [{ revision: HOSTILE, file: 'x.svg', mediaType: 'image/svg+xml', bytes: Buffer.from('<svg onload="alert(1)"/>'), digest: 'd' }],
  },
];
