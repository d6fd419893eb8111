import { argumentError } from '../errors/wrong-argument.ts';
import { plainPng } from '../formats/plain-png.ts';
import { largest } from '../largest.ts';
import { titleText } from './axes.ts';
import { INK, WRONG } from './colours.ts';
import { px } from './svg.ts';
import { cutToWidth, type Lettering } from './text.ts';
import type { Figure } from './types.ts';

export interface GridImage {
  /** Row by row, [height, width] or [height, width, 1, 3 or 4]: bytes, or numbers from 0 to 1. */
  readonly pixels: ArrayLike<number>;
  readonly shape: readonly number[];
  /** Below the picture; a line break begins a second line. */
  readonly caption?: string;
  /** The caption is in the colour of what went wrong. */
  readonly wrong?: boolean;
}

const MARGIN = 24;
const GAP = 18;
const SIZE = 12;
const LINE = 17;
const TITLE_HEIGHT = 48;

/** Pictures in rows, each fitted into a square of `side` pixels, their captions below. Throws MLO_DATA where a shape is not that of the pixels. */
export function imageGrid(
  images: readonly GridImage[],
  { title, columns, side, lettering }: { title: string; columns: number; side: number; lettering: Lettering },
): Figure {
  const lines = Math.max(0, largest(images.map(({ caption = '' }) => (caption === '' ? 0 : caption.split('\n').length))));
  const cell = side + (lines === 0 ? 0 : 6 + lines * LINE) + GAP;
  const top = title === '' ? MARGIN : TITLE_HEIGHT;
  const parts = images.map((image, index) => {
    const [left, above] = [MARGIN + (index % columns) * (side + GAP), top + Math.floor(index / columns) * cell];
    const colour = image.wrong === true ? WRONG : INK;
    const texts = (image.caption ?? '').split('\n').map((text, at) =>
      text === ''
        ? ''
        : lettering.text(cutToWidth(text, SIZE, side + GAP - 4, lettering), left + side / 2, above + side + 4 + (at + 1) * LINE - 3, {
            size: SIZE,
            colour,
            anchor: 'middle',
          }),
    );
    const place = `x="${px(left)}" y="${px(above)}" width="${side}" height="${side}"`;
    return `<image ${place} href="${dataUrl(image)}" image-rendering="pixelated" style="image-rendering:pixelated"/>${texts.join('')}`;
  });
  const width = 2 * MARGIN + Math.min(columns, Math.max(1, images.length)) * (side + GAP) - GAP;
  const height = top + Math.ceil(images.length / columns) * cell - GAP + MARGIN;
  const head = title === '' ? [] : [titleText(title, MARGIN, width - 2 * MARGIN, lettering)];
  return { width, height, body: [...head, ...parts].join('\n') };
}

function dataUrl({ pixels, shape }: GridImage): string {
  const [height = 0, width = 0, channels = 1] = shape;
  const expected = height * width * channels;
  if (![1, 3, 4].includes(channels) || shape.length < 2 || shape.length > 3 || expected === 0 || pixels.length !== expected) {
    throw argumentError(
      `a picture of the shape [${Array.from(shape).join(', ')}]: expected [height, width, 1, 3 or 4] of ${pixels.length} numbers`,
    );
  }
  const bytes =
    pixels instanceof Uint8Array || pixels instanceof Uint8ClampedArray
      ? Uint8Array.from(pixels)
      : Uint8Array.from(pixels, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  const png = plainPng({ width, height, channels: channels as 1 | 3 | 4, bytes });
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
}
