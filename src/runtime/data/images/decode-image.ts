import { argumentError } from '../../../core/errors/wrong-argument.ts';
import { dataError, bytesOf } from '../../../core/formats/data-error.ts';
import { greyOf } from '../../../core/formats/grey.ts';
import { describeStart, imageKind, READABLE_KINDS } from '../../../core/formats/image-kind.ts';
import type { Sharp } from '../../../fs/load-sharp.ts';
import { quietly } from '../../module/quiet.ts';
import { openDataFile } from '../data-file.ts';
import type { ImageFolderOptions } from './types.ts';

/** Larger files are no pictures for training; one would fill the memory. */
const LARGEST_FILE = 256 * 1024 * 1024;

export interface DecodeSettings extends Required<Pick<ImageFolderOptions, 'channels' | 'fit' | 'kernel' | 'background' | 'maxPixels'>> {
  readonly height: number;
  readonly width: number;
}

/**
 * Pixels of a picture, one byte a channel, row by row: turned as its EXIF data says, the first frame of an animation, in sRGB (16 bits become 8;
 * CMYK and embedded profiles are converted), transparency over the background, then resized. Throws MLO_DATA with its path.
 * For the stage's reads the listing of the folder stands.
 */
export async function decodeImage(sharp: Sharp, path: string, settings: DecodeSettings): Promise<Uint8Array> {
  const { height, width, channels, fit, kernel, background, maxPixels } = settings;
  const { bytes, shown } = quietly(() => readPicture(path));
  const opaque = channels !== 4;
  // Outside of what makes a picture broken: a background that is no colour is no fault of the picture.
  const resized = sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels, autoOrient: true })
    .resize(width, height, { fit, kernel, background, fastShrinkOnLoad: false })
    .toColourspace('srgb');
  const image = opaque ? resized.flatten({ background }) : resized.ensureAlpha();
  try {
    const pixels = await image.raw().toBuffer();
    const expected = height * width * (opaque ? 3 : 4);
    if (pixels.length !== expected) throw new Error(`it became ${bytesOf(pixels.length)} of pixels and not ${expected}`);
    return channels === 1 ? greyOf(pixels) : pixels;
  } catch (error) {
    throw broken(shown, error, maxPixels);
  }
}

/** Throws MLO_DATA. */
export function checkColour(sharp: Sharp, background: string): void {
  try {
    sharp({ create: { width: 1, height: 1, channels: 3, background } });
  } catch (error) {
    throw argumentError(`imageFolder: background: ${(error as Error).message}: expected a colour such as #ffffff`);
  }
}

function readPicture(path: string): { readonly bytes: Uint8Array; readonly shown: string } {
  const file = openDataFile(path);
  try {
    const { size, shown } = file;
    if (size > LARGEST_FILE)
      throw dataError(shown, 'too large for a picture', { expected: `at most ${bytesOf(LARGEST_FILE)}`, found: bytesOf(size) });
    const bytes = new Uint8Array(size);
    const picture = bytes.subarray(0, file.read(bytes, 0));
    if (imageKind(picture) === undefined)
      throw dataError(shown, 'no picture that can be read', { expected: READABLE_KINDS, found: describeStart(picture) });
    return { bytes: picture, shown };
  } finally {
    file.close();
  }
}

function broken(shown: string, error: unknown, maxPixels: number): Error {
  const [reason = ''] = (error as Error).message.split('\n');
  if (/exceeds pixel limit/i.test(reason)) {
    return dataError(shown, 'the picture is too large', {
      expected: `at most ${maxPixels.toLocaleString('en')} pixels`,
      found: 'more',
      hint: 'Give a larger limit: { maxPixels: … }',
      cause: error,
    });
  }
  return dataError(shown, `the picture is broken: ${reason.replace(/^Input buffer has corrupt header: /, '')}`, { cause: error });
}
