import { availableParallelism } from 'node:os';
import { checkOptions, checkWhole, describeValue, wrongArgument } from '../../../core/errors/wrong-argument.ts';
import { dataError } from '../../../core/formats/data-error.ts';
import { shownPath } from '../shown-path.ts';
import type { DecodeSettings } from './decode-image.ts';
import type { ImageDtype, ImageFolderOptions } from './types.ts';

export interface ImageSettings {
  readonly decode: DecodeSettings;
  readonly dtype: ImageDtype;
  readonly batchSize: number;
  readonly parallel: number;
  readonly prefetch: number;
  /** Of the order; undefined where it is that of the names. */
  readonly seed: number | undefined;
  readonly skip: boolean;
}

/** The threads that Node gives to work of this kind, unless it was told otherwise at its start. */
const THREADS = 4;
const DEFAULT_MAX_PIXELS = 64_000_000;

/** Throws MLO_DATA where a number is none that can be used. */
export function imageSettings(folder: string, options: ImageFolderOptions): ImageSettings {
  checkOptions('imageFolder', options, '{ size: 64 }');
  const [height, width] = sides(options.size);
  const whole = (name: string, value: number | undefined, least: number): number => {
    if (value !== undefined && Number.isSafeInteger(value) && value >= least) return value;
    throw dataError(shownPath(folder), `imageFolder: ${name}`, { expected: `a whole number from ${least}`, found: describeValue(value) });
  };
  const oneOf = <Value>(name: string, value: Value, allowed: readonly Value[]): Value => {
    if (allowed.includes(value)) return value;
    throw dataError(shownPath(folder), `imageFolder: ${name}`, {
      expected: allowed.join(', '),
      found: typeof value === 'string' ? value : describeValue(value),
    });
  };
  const { background = '#000000', classes, seed, onSkip } = options;
  if (typeof background !== 'string') throw wrongArgument('imageFolder: background', 'a colour such as #ffffff', background);
  if (classes !== undefined && classes !== false && !isTexts(classes))
    throw wrongArgument('imageFolder: classes', 'a list of names, or false', classes);
  if (seed !== undefined) checkWhole('imageFolder: seed', seed, Number.MIN_SAFE_INTEGER);
  if (onSkip !== undefined && typeof onSkip !== 'function') throw wrongArgument('imageFolder: onSkip', 'a function', onSkip);
  return {
    decode: {
      height: whole('size', height, 1),
      width: whole('size', width, 1),
      channels: oneOf('channels', options.channels ?? 3, [1, 3, 4]),
      fit: oneOf('fit', options.fit ?? 'fill', ['fill', 'cover', 'contain']),
      kernel: oneOf('kernel', options.kernel ?? 'linear', ['nearest', 'linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3']),
      background,
      maxPixels: whole('maxPixels', options.maxPixels ?? DEFAULT_MAX_PIXELS, 1),
    },
    dtype: oneOf('dtype', options.dtype ?? 'float32', ['float32', 'uint8']),
    batchSize: whole('batchSize', options.batchSize ?? 32, 1),
    parallel: whole('parallel', options.parallel ?? Math.min(availableParallelism(), THREADS), 1),
    prefetch: whole('prefetch', options.prefetch ?? 1, 0),
    seed: options.shuffle === true ? (options.seed ?? Math.floor(Math.random() * 2 ** 32)) : undefined,
    skip: oneOf('onBroken', options.onBroken ?? 'error', ['error', 'skip']) === 'skip',
  };
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** Height and width; one number is both. Throws MLO_DATA. */
function sides(size: unknown): readonly (number | undefined)[] {
  if (Array.isArray(size) && size.length === 2) return size as readonly number[];
  if (typeof size === 'number') return [size, size];
  throw wrongArgument('imageFolder: size', 'a whole number, or [height, width]', size);
}
