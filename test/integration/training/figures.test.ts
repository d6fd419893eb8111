import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  confusionMatrix,
  confusionMatrixSvg,
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
});
