import { join } from 'node:path';
import { MloError } from '../../../core/errors/mlo-error.ts';
import { checkWhole, describeValue } from '../../../core/errors/wrong-argument.ts';
import { dataError } from '../../../core/formats/data-error.ts';
import { loadSharp } from '../../../fs/load-sharp.ts';
import type { TensorFlow } from '../../tensorflow/types.ts';
import { inOrder } from '../in-order.ts';
import { shownPath } from '../shown-path.ts';
import { createBatch } from './batch-builder.ts';
import { checkColour, decodeImage } from './decode-image.ts';
import { imageOrder } from './image-order.ts';
import { imageSettings, type ImageSettings } from './image-settings.ts';
import { listImages, type ImageList } from './list-images.ts';
import { asDataset, type ImageDataset, type LabelOptions } from './tensors.ts';
import type { BrokenImage, ImageBatch, ImageDtype, ImageFolderOptions, PixelsOf } from './types.ts';
import { warnOfBroken } from './warn-of-broken.ts';

/** Pictures of a folder, batch by batch. Each `for await` is one pass; with `shuffle` each has an order of its own. */
export interface ImageFolder<Dtype extends ImageDtype = ImageDtype> extends AsyncIterable<ImageBatch<PixelsOf<Dtype>>> {
  /** Names in the order of the labels. */
  readonly classes: readonly string[];
  /** Pictures, broken ones included. */
  readonly length: number;
  /** Of all pictures, in the order of their paths: what splits and class weights are made of. */
  readonly labels: Int32Array;
  /** From the folder, with `/`. */
  readonly paths: readonly string[];
  /** Of one picture. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Batches in a pass in which none is left out. */
  readonly batches: number;
  /** Those that were left out so far (`onBroken: 'skip'`). */
  readonly broken: readonly BrokenImage[];
  /** The pass of that number, from 0, in the order that belongs to it. */
  epoch(number: number): AsyncGenerator<ImageBatch<PixelsOf<Dtype>>, void>;
  /** Those pictures only (indices into `paths`), with the same settings. */
  subset(indices: Iterable<number>): ImageFolder<Dtype>;
  /** For `model.fitDataset` and `evaluateDataset`: batches `{xs, ys}`, a pass an epoch. TensorFlow.js is what the caller has. */
  asDataset(tf: TensorFlow, options?: LabelOptions): ImageDataset;
}

/**
 * The pictures of a folder that has a folder for each class. The folder is listed now, pictures are read when they are asked for: at any time only
 * those of the batches that are being made are in memory. Throws MLO_DATA.
 */
export function imageFolder<Dtype extends ImageDtype = 'float32'>(folder: string, options: ImageFolderOptions<Dtype>): ImageFolder<Dtype> {
  const settings = imageSettings(folder, options);
  return openFolder(folder, listImages(folder, options.classes), settings, options.onSkip ?? warnOfBroken());
}

function openFolder<Dtype extends ImageDtype>(
  folder: string,
  list: ImageList,
  settings: ImageSettings,
  onSkip: (broken: BrokenImage) => void,
): ImageFolder<Dtype> {
  const { decode, batchSize, parallel, prefetch, dtype, seed, skip } = settings;
  const shape = [decode.height, decode.width, decode.channels] as const;
  const broken = new Map<string, BrokenImage>();
  let epochs = 0;

  async function* epoch(number: number): AsyncGenerator<ImageBatch<PixelsOf<Dtype>>, void> {
    const sharp = await loadSharp();
    checkColour(sharp, decode.background);
    const order = imageOrder(list.files.length, seed === undefined ? undefined : { seed, epoch: number });
    const ahead = batchSize * prefetch + parallel;
    const decoded = inOrder(order, async (index) => ({ index, pixels: await pixelsOf(sharp, index) }), { parallel, ahead });
    let batch = createBatch(batchSize, shape, dtype);
    let read = 0;
    for await (const { index, pixels } of decoded) {
      if (pixels === undefined) continue;
      read += 1;
      batch.add(pixels, list.labels[index] as number, pathOf(index));
      if (batch.count < batchSize) continue;
      yield batch.batch() as ImageBatch<PixelsOf<Dtype>>;
      batch = createBatch(batchSize, shape, dtype);
    }
    if (batch.count > 0) yield batch.batch() as ImageBatch<PixelsOf<Dtype>>;
    if (read === 0) throw noneRead();
  }

  function noneRead(): MloError {
    const [first] = broken.values();
    return dataError(shownPath(folder), 'no picture can be read', {
      found: `${list.files.length === 1 ? '1 broken one' : `${list.files.length} broken ones`}${first === undefined ? '' : `, such as ${first.error.message}`}`,
    });
  }

  /** Undefined where it is broken and may be left out. */
  async function pixelsOf(sharp: Awaited<ReturnType<typeof loadSharp>>, index: number): Promise<Uint8Array | undefined> {
    const path = pathOf(index);
    try {
      return await decodeImage(sharp, path, decode);
    } catch (error) {
      if (!skip || !(error instanceof MloError)) throw error;
      if (broken.has(path)) return undefined;
      const found = { path, error };
      broken.set(path, found);
      onSkip(found);
      return undefined;
    }
  }

  function pathOf(index: number): string {
    return join(folder, list.files[index] as string);
  }

  const images: ImageFolder<Dtype> = {
    classes: list.classes,
    length: list.files.length,
    labels: list.labels,
    paths: list.files,
    shape,
    batches: Math.ceil(list.files.length / batchSize),
    get broken() {
      return [...broken.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    epoch(number) {
      checkWhole('epoch', number, 0);
      return epoch(number);
    },
    [Symbol.asyncIterator]() {
      epochs += 1;
      return epoch(epochs - 1);
    },
    subset: (indices) => openFolder(folder, subsetOf(folder, list, indices), settings, onSkip),
    asDataset: (tf, options) => asDataset(tf, images, options),
  };
  return images;
}

function subsetOf(folder: string, { classes, files, labels }: ImageList, indices: Iterable<number>): ImageList {
  if (typeof (indices as Partial<Iterable<number>> | undefined)?.[Symbol.iterator] !== 'function')
    throw dataError(shownPath(folder), 'subset', { expected: 'a list of indices', found: describeValue(indices) });
  const chosen = [...indices];
  const wrong = chosen.find((index) => !Number.isInteger(index) || index < 0 || index >= files.length);
  if (wrong !== undefined)
    throw dataError(shownPath(folder), 'subset: an index', { expected: `0 to ${files.length - 1}`, found: describeValue(wrong) });
  return {
    classes,
    files: chosen.map((index) => files[index] as string),
    labels: Int32Array.from(chosen, (index) => labels[index] as number),
  };
}
