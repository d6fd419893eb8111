import type { MloError } from '../../../core/errors/mlo-error.ts';

export type ImageDtype = 'float32' | 'uint8';

export interface ImageFolderOptions<Dtype extends ImageDtype = ImageDtype> {
  /** Height and width of every picture; one number for both. */
  readonly size: number | readonly [height: number, width: number];
  /** 3 (RGB, the default), 1 (grey: luma of ITU-R BT.601) or 4 (RGB and opacity). */
  readonly channels?: 1 | 3 | 4;
  /** Pictures in a batch; the last one may have fewer. Default: 32. */
  readonly batchSize?: number;
  /** `float32` (the default): 0 to 1. `uint8`: 0 to 255. */
  readonly dtype?: Dtype;
  /** Another order in each pass. Default: by class and path, the order of the code units. */
  readonly shuffle?: boolean;
  /** Of the order: same seed and files, same order. Default: drawn from `Math.random`, which in a stage follows its seed. */
  readonly seed?: number;
  /** How a picture of another shape becomes `size`: stretched (`fill`, the default), cut at its longer sides (`cover`), or with bars (`contain`). */
  readonly fit?: 'fill' | 'cover' | 'contain';
  /** Interpolation. Default: `linear`, over all pixels that become one (no aliasing). */
  readonly kernel?: 'nearest' | 'linear' | 'cubic' | 'mitchell' | 'lanczos2' | 'lanczos3';
  /** Behind transparent pixels, and the bars of `contain`. Default: black. */
  readonly background?: string;
  /** Names of the class folders, in the order of their labels. Default: all, sorted. `false`: no classes, each label is -1. */
  readonly classes?: readonly string[] | false;
  /** Pictures that are decoded at the same time. Default: one for each processor, four at most. */
  readonly parallel?: number;
  /** Batches that are decoded ahead of the one that is asked for. Default: 1. */
  readonly prefetch?: number;
  /** What a picture that cannot be read does: an error that names it (the default), or it is left out, and named in `broken`. */
  readonly onBroken?: 'error' | 'skip';
  /** Hears of each picture that is left out; without it each is a warning of the process. */
  readonly onSkip?: (broken: BrokenImage) => void;
  /** Pictures that declare more pixels count as broken. Default: 64 million. */
  readonly maxPixels?: number;
}

export interface BrokenImage {
  readonly path: string;
  readonly error: MloError;
}

export interface ImageBatch<Images extends Float32Array | Uint8Array = Float32Array | Uint8Array> {
  /** Pixel by pixel, row by row, picture by picture. */
  readonly images: Images;
  readonly shape: readonly [batch: number, height: number, width: number, channels: number];
  /** Index into `classes`; -1 where there are none. */
  readonly labels: Int32Array;
  /** Where the pictures lie. */
  readonly paths: readonly string[];
}

export type PixelsOf<Dtype extends ImageDtype> = Dtype extends 'uint8' ? Uint8Array : Float32Array;
