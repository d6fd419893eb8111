import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { shadeColour } from '../../../src/core/figure/colours.ts';
import {
  confusionMatrix,
  confusionMatrixSvg,
  imageGridSvg,
  renderPng,
  rocCurve,
  rocCurveSvg,
  trainingCurvesSvg,
  writePng,
  writeSvg,
} from '../../../src/train.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const MATRIX = confusionMatrix(['cat', 'dog & co', 'cat', 'cat'], ['cat', 'dog & co', 'dog & co', 'cat']);
const CURVE = rocCurve([0, 1, 0, 1], [0.1, 0.9, 0.4, 0.35]);
const HISTORY = { loss: [1, 0.5, 0.25], val_loss: [1.1, Number.NaN, 0.7], acc: [0.5, 0.8, 0.9], val_acc: [0.4, 0.7, 0.8] };

const FIGURES = [
  ['confusion matrix', confusionMatrixSvg(MATRIX)],
  [
    'ROC curve',
    rocCurveSvg([
      { name: 'dog', curve: CURVE },
      { name: 'cat', curve: CURVE },
    ]),
  ],
  ['training curves', trainingCurvesSvg(HISTORY)],
  ['image grid', imageGridSvg([{ pixels: [0, 0.5, 1, 0], shape: [2, 2], caption: 'Coat\nnot Dress', wrong: true }], { title: 'Samples' })],
] as const;

/** Share of the pixels that are not white. */
async function inked(png: Uint8Array): Promise<number> {
  const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
  return data.filter((value) => value < 250).length / (info.width * info.height);
}

describe('figures of a training', () => {
  it.each(FIGURES)('%s: drawn without any font, to the same bytes each time', async (_name, svg) => {
    expect(svg).not.toContain('<text');
    const png = await renderPng(svg);
    expect(Buffer.from(await renderPng(svg)).equals(Buffer.from(png))).toBe(true);
    const share = await inked(png);
    expect(share).toBeGreaterThan(0.005);
    expect(share).toBeLessThan(0.7);
  });

  it('a matrix has a cell for each pair, with names that cannot break the picture', () => {
    const svg = confusionMatrixSvg(MATRIX, { letters: 'text' });
    expect(svg.match(/<title>/g)).toHaveLength(4);
    expect(svg).toContain('<title>cat → dog &amp; co: 1 (33%)</title>');
    expect(confusionMatrixSvg(MATRIX, { letters: 'text', normalized: true })).toContain('>67%</text>');
  });

  it('a matrix of shares has them in its cells, and more digits of them under the pointer', () => {
    const shares = confusionMatrix(['cat', 'dog', 'cat', 'cat'], ['cat', 'dog', 'dog', 'cat'], { normalize: 'actual' });
    const svg = confusionMatrixSvg(shares, { letters: 'text' });
    for (const cell of ['>0.67</text>', '>0.33</text>', '>0</text>', '>1</text>', '<title>cat → cat: 0.66667 (67%)</title>'])
      expect(svg).toContain(cell);
    const weighted = confusionMatrixSvg(
      {
        classes: [0, 1],
        counts: [
          [1234.5, 12_345],
          [0, 1],
        ],
      },
      { letters: 'text' },
    );
    for (const cell of ['>1234.5</text>', '>12,345</text>']) expect(weighted).toContain(cell);
  });

  it('a matrix colours a cell by its share of the row, and a row of nothing as nothing', () => {
    const svg = confusionMatrixSvg({
      classes: ['a', 'b'],
      counts: [
        [3, 1],
        [0, 0],
      ],
    });
    const cells = Array.from(svg.matchAll(/<rect [^>]*rx="3" fill="(#\w+)"/g), ([, colour]) => colour);
    expect(cells).toEqual([0.75, 0.25, 0, 0].map(shadeColour));
  });

  it('a matrix grows with the number of classes and the length of their names', () => {
    const widthOf = (classes: readonly string[]): number => {
      const counts = classes.map((_, row) => classes.map((__, column) => (row === column ? 1 : 0)));
      return Number(/width="(\d+)"/.exec(confusionMatrixSvg({ classes, counts }))?.[1]);
    };
    expect(widthOf(['a', 'b', 'c', 'd']) - widthOf(['a', 'b', 'c'])).toBe(84);
    expect(widthOf(['setosa', 'versicolor', 'virginica'])).toBeGreaterThan(widthOf(['a', 'b', 'c']));
  });

  // With sharp 0.35.5. A new sharp may change it: look at the picture before you change the digest.
  it('a matrix becomes the same bytes everywhere', async () => {
    const counts = [
      [15, 0, 0],
      [0, 14, 1],
      [0, 2, 13],
    ];
    const classes = ['setosa', 'versicolor', 'virginica'];
    const png = await renderPng(confusionMatrixSvg({ classes, counts }, { title: '45 flowers, accuracy 95.6 %' }));
    expect(createHash('sha256').update(png).digest('hex')).toBe('c7500b3a41d96087e40492137f6030c2d7d6a072aea301576a48c1df368db867');
  });

  it("curves show training and validation of each metric, by Keras's names, and gaps where a value is none", () => {
    const svg = trainingCurvesSvg(HISTORY, { letters: 'text', title: 'LeNet' });
    for (const text of ['LeNet: loss', 'LeNet: accuracy', 'training', 'validation', 'epoch']) expect(svg).toContain(`>${text}</text>`);
  });

  it('are written as files, in folders that need not be there', async () => {
    const folder = await temporaryFolder();
    writeSvg(join(folder, 'a/b.svg'), FIGURES[0][1]);
    await writePng(join(folder, 'a/b.png'), FIGURES[0][1], { scale: 1 });
    expect(await readFile(join(folder, 'a/b.svg'), 'utf8')).toBe(FIGURES[0][1]);
    const { width } = await sharp(join(folder, 'a/b.png')).metadata();
    expect(FIGURES[0][1]).toContain(`width="${width}"`);
  });

  it.each([1, 3, 4] as const)(
    'a grid keeps the bytes of pictures of %i channels, larger than a block of their PNG too',
    async (channels) => {
      const [height, width] = [150, 160];
      const pixels = Uint8Array.from({ length: height * width * channels }, (_, at) => (at * 31) % 256);
      const svg = imageGridSvg([{ pixels, shape: [height, width, channels] }]);
      const png = Buffer.from(/base64,([^"]+)"/.exec(svg)?.[1] ?? '', 'base64');
      const read = channels === 1 ? sharp(png).toColourspace('b-w') : sharp(png);
      const { data, info } = await read.raw().toBuffer({ resolveWithObject: true });
      expect([info.height, info.width, info.channels]).toEqual([height, width, channels]);
      expect(data.equals(pixels)).toBe(true);
    },
  );

  it('a grid takes numbers from 0 to 1 for grey, shows them unblurred, and refuses what is no picture', async () => {
    const svg = imageGridSvg([{ pixels: Float32Array.of(0, 1), shape: [1, 2], caption: '<x>' }], { letters: 'text', side: 40 });
    expect(svg).toContain('&lt;x&gt;');
    const { data, info } = await sharp(await renderPng(svg, { scale: 1 }))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const row = Array.from(data.subarray(44 * info.width + 24, 44 * info.width + 64));
    expect(row.slice(0, 18).every((value) => value < 10) && row.slice(22).every((value) => value > 245), row.join(' ')).toBe(true);
    expect(() => imageGridSvg([{ pixels: [1, 2, 3], shape: [2, 2] }])).toThrow('[2, 2]');
    expect(() => imageGridSvg([{ pixels: [], shape: [0, 2] }])).toThrow(expect.objectContaining({ code: 'MLO_DATA' }));
  });
});
