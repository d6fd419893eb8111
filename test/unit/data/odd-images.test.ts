import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageFolder, type BrokenImage, type ImageFolderOptions } from '../../../src/data.ts';
import { sharedData, temporaryFolder } from '../../helpers/index.ts';

type Rgb = readonly [red: number, green: number, blue: number];

interface Sound {
  readonly size: readonly [height: number, width: number];
  /** At a quarter of height and width, in the middle, and at three quarters of the height and an eighth of the width. */
  readonly pixels?: readonly [Rgb, Rgb, Rgb];
  readonly mean?: Rgb;
  readonly background?: string;
}

/** As Pillow 13.0 has them after `ImageOps.exif_transpose`, over black. */
const SOUND: { readonly [name: string]: Sound } = {
  '1bit-trns.png': { size: [64, 64], mean: [0, 0, 0] },
  'animated.gif': {
    size: [100, 100],
    pixels: [
      [30, 144, 255],
      [30, 144, 255],
      [135, 206, 235],
    ],
    mean: [72.45, 169.07, 246.91],
  },
  'animated.webp': {
    size: [80, 80],
    pixels: [
      [14, 208, 252],
      [0, 0, 0],
      [0, 0, 0],
    ],
    mean: [33.83, 50.51, 60.59],
  },
  'exif-invalid.jpg': {
    size: [200, 200],
    pixels: [
      [225, 225, 225],
      [118, 118, 118],
      [81, 81, 81],
    ],
    mean: [92.09, 92.09, 92.09],
  },
  'exif-orientation-3.jpg': {
    size: [128, 128],
    pixels: [
      [156, 113, 71],
      [172, 79, 62],
      [18, 13, 17],
    ],
    mean: [89.68, 80.05, 95.31],
  },
  'exif-orientation-6.jpg': {
    size: [128, 128],
    pixels: [
      [155, 112, 70],
      [176, 83, 66],
      [19, 14, 18],
    ],
    mean: [89.67, 80.08, 95.34],
  },
  'exif-orientation-7.jpg': {
    size: [128, 128],
    pixels: [
      [155, 112, 70],
      [176, 83, 66],
      [19, 14, 18],
    ],
    mean: [89.68, 80.08, 95.34],
  },
  'gray-alpha-16bit.png': {
    size: [32, 32],
    pixels: [
      [0, 0, 0],
      [0, 0, 0],
      [17, 17, 17],
    ],
    mean: [38.91, 38.91, 38.91],
  },
  'gray-baseline.jpg': {
    size: [128, 128],
    pixels: [
      [124, 124, 124],
      [99, 99, 99],
      [17, 17, 17],
    ],
    mean: [84.69, 84.69, 84.69],
  },
  'lossy.webp': {
    size: [128, 128],
    pixels: [
      [150, 119, 88],
      [170, 84, 51],
      [16, 13, 16],
    ],
    mean: [89.78, 80.08, 95.53],
  },
  'palette-interlaced.png': {
    size: [150, 162],
    pixels: [
      [0, 0, 0],
      [33, 23, 3],
      [0, 0, 0],
    ],
    mean: [20.85, 19.52, 2.34],
  },
  'progressive.jpg': {
    size: [240, 320],
    pixels: [
      [145, 155, 131],
      [213, 220, 230],
      [161, 156, 160],
    ],
    mean: [137.48, 143.2, 128.04],
  },
  'rgb-16bit.png': {
    size: [600, 900],
    pixels: [
      [174, 28, 40],
      [255, 255, 255],
      [33, 70, 139],
    ],
    mean: [154.24, 117.6, 144.5],
  },
  'rgba.png': {
    size: [150, 200],
    pixels: [
      [50, 50, 121],
      [130, 45, 45],
      [0, 0, 0],
    ],
    mean: [30.48, 22.25, 23.63],
  },
  // Its zipped texts are never unpacked.
  'text-chunk-bomb.png': {
    size: [1, 1],
    pixels: [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  },
};

/** What their error says after the path. */
const BROKEN: { readonly [name: string]: RegExp } = {
  'broken-data-stream.png': /the picture is broken: vipspng: libpng read error/,
  'empty-0-bytes.jpg': /no picture that can be read: expected JPEG, PNG, .*, found an empty file/,
  'huge-3000000x2000000.bmp': /no picture that can be read: expected JPEG, PNG, .*, found BMP/,
  'huge-65535x65535.jpg': /the picture is broken: VipsJpeg: Maximum supported image dimension is 65500 pixels/,
  'huge-frame.gif': /the picture is broken: gifload_buffer: Unexpected end of GIF source data/,
  'lossless-16bit-sof3.jpg': /the picture is broken: VipsJpeg: Unsupported JPEG data precision 16/,
  'missing-sos.jpg': /the picture is broken: VipsJpeg: Invalid JPEG file structure: missing SOS marker/,
  'progressive-truncated.jpg': /the picture is broken: VipsJpeg: premature end of JPEG image/,
  'zero-width.gif': /the picture is broken: gifload_buffer: Unexpected end of GIF source data/,
};

const CMYK = ['cmyk-adobe.jpg', 'cmyk-adobe0.jpg'];

async function folderOf(...names: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  mkdirSync(join(folder, 'odd'));
  for (const name of names) copyFileSync(join(sharedData('odd-images'), name), join(folder, 'odd', name));
  return folder;
}

async function pixelsOf(name: string, options: Omit<ImageFolderOptions, 'dtype'>): Promise<Uint8Array> {
  for await (const { images } of imageFolder(await folderOf(name), { ...options, dtype: 'uint8' })) return images;
  throw new Error('no batch');
}

function rgbAt(pixels: Uint8Array, [, width]: readonly [number, number], row: number, column: number): number[] {
  const at = (Math.floor(row) * width + Math.floor(column)) * 3;
  return [...pixels.subarray(at, at + 3)];
}

function meanOf(pixels: Uint8Array): number[] {
  const sums = [0, 0, 0];
  for (const [at, value] of pixels.entries()) sums[at % 3] = (sums[at % 3] as number) + value;
  return sums.map((sum) => sum / (pixels.length / 3));
}

function farthest(found: readonly number[], expected: readonly number[]): number {
  return Math.max(...found.map((value, index) => Math.abs(value - (expected[index] as number))));
}

describe('each of the odd pictures', () => {
  it('is known here', () => {
    const names = readdirSync(sharedData('odd-images')).filter((name) => name !== 'README.md');
    expect([...Object.keys(SOUND), ...Object.keys(BROKEN), ...CMYK].toSorted()).toEqual(names.toSorted());
  });

  it.each(Object.entries(SOUND))('%s has the pixels that Pillow sees', async (name, { size, pixels, mean }) => {
    const found = await pixelsOf(name, { size });
    const [height, width] = size;
    const points = [[height / 4, width / 4], [height / 2, width / 2], [(height * 3) / 4, width / 8]] as const; // prettier-ignore
    for (const [index, rgb] of (pixels ?? []).entries()) {
      const [row, column] = points[index] as readonly [number, number];
      expect(farthest(rgbAt(found, size, row, column), rgb), `pixel ${index}`).toBeLessThanOrEqual(1);
    }
    if (mean !== undefined) expect(farthest(meanOf(found), mean)).toBeLessThan(0.3);
  });

  it('1bit-trns.png shows the background where it is transparent', async () => {
    expect(meanOf(await pixelsOf('1bit-trns.png', { size: [64, 64], background: '#ffffff' }))[0]).toBeCloseTo(124.14, 1);
  });

  it('those of CMYK are neither inverted nor refused: black is dark, paper white', async () => {
    const dark = await pixelsOf('cmyk-adobe.jpg', { size: [100, 100] });
    expect(farthest(rgbAt(dark, [100, 100], 50, 50), [1, 4, 5])).toBeLessThan(8);
    const white = await pixelsOf('cmyk-adobe0.jpg', { size: [256, 256] });
    expect(rgbAt(white, [256, 256], 64, 64)).toEqual([255, 255, 255]);
    expect(farthest(meanOf(white), [252.31, 251.81, 251.79])).toBeLessThan(2);
  });

  it.each(Object.entries(BROKEN))('%s is an error that names it', async (name, reason) => {
    const error: unknown = await pixelsOf(name, { size: 8 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'MLO_DATA' });
    expect((error as Error).message).toMatch(new RegExp(`odd/${name.replace('.', '\\.')}: ${reason.source}`));
  });
});

it('of all odd pictures the sound ones are read and the broken ones left out and named, whatever the parallelism', async () => {
  const folder = await folderOf(...readdirSync(sharedData('odd-images')).filter((name) => name !== 'README.md'));
  for (const parallel of [1, 4]) {
    const told: BrokenImage[] = [];
    const all = imageFolder(folder, { size: 16, batchSize: 5, parallel, onBroken: 'skip', onSkip: (broken) => told.push(broken) });
    const paths: string[] = [];
    const batches: number[] = [];
    for await (const batch of all) {
      paths.push(...batch.paths);
      batches.push(batch.shape[0]);
    }
    const inFolder = (name: string): string => join(folder, 'odd', name);
    expect(paths).toEqual([...Object.keys(SOUND), ...CMYK].toSorted().map(inFolder));
    expect(batches).toEqual([5, 5, 5, 2]);
    expect(all.broken.map(({ path }) => path)).toEqual(Object.keys(BROKEN).toSorted().map(inFolder));
    expect(told.map(({ path }) => path).toSorted()).toEqual(all.broken.map(({ path }) => path));
  }
});

it('a picture of more pixels than allowed is refused before it is decoded', async () => {
  const work = pixelsOf('rgb-16bit.png', { size: 8, maxPixels: 539_999 });
  await expect(work).rejects.toMatchObject({ message: expect.stringMatching(/too large: expected at most 539,999 pixels/) });
  expect(await pixelsOf('rgb-16bit.png', { size: 8, maxPixels: 540_000 })).toHaveLength(192);
});
