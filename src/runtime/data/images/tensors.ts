import { checkList, checkOptions, checkWhole, wrongArgument } from '../../../core/errors/wrong-argument.ts';
import { largest } from '../../../core/largest.ts';
import { oneHot as oneHotRows } from '../../../core/learning/one-hot.ts';
import type { TensorFlow } from '../../tensorflow/types.ts';
import type { ImageBatch } from './types.ts';

export interface LabelOptions {
  /** Of so many classes, from 0 (`true`, in a data set: those of the folder): a row of zeros and a one. Default: the numbers of the classes. */
  readonly oneHot?: number | boolean;
}

export interface ImageTensors {
  /** Float32, [batch, height, width, channels]; the values of the batch. */
  readonly xs: ReturnType<TensorFlow['tensor4d']>;
  /** Float32, as losses want them: [batch], or [batch, classes] for `oneHot`. */
  readonly ys: ReturnType<TensorFlow['tensor1d']> | ReturnType<TensorFlow['tensor2d']>;
}

export type ImageDataset = ReturnType<typeof datasetOf>;

/** The batch as tensors of the caller's TensorFlow.js, which the caller disposes. @throws MLO_DATA for a label that is none of the classes of `oneHot` */
export function toTensors(tf: TensorFlow, batch: ImageBatch, options: LabelOptions = {}): ImageTensors {
  checkTensors('toTensors', tf, options);
  checkOptions('toTensors: the batch', batch, 'what imageFolder gives: { images, labels, shape }');
  const { images, labels, shape } = batch;
  const { oneHot = false } = options;
  checkList('toTensors: images', images, 'numbers');
  checkList('toTensors: labels', labels, 'numbers');
  if (!isShape(shape)) throw wrongArgument('toTensors: shape', '[batch, height, width, channels]', shape);
  // Before there is a tensor that nobody would dispose.
  const rows = oneHot === false ? undefined : oneHotRows(labels, oneHot === true ? Math.max(1, largest(labels) + 1) : oneHot);
  const xs = tf.tensor4d(images, [...shape], 'float32');
  return { xs, ys: rows === undefined ? tf.tensor1d(labels, 'float32') : tf.tensor2d(rows.values, rows.shape, 'float32') };
}

/** A new pass over `images` for each iterator that is asked for; `fitDataset` disposes what it gets. */
export function asDataset(
  tf: TensorFlow,
  images: AsyncIterable<ImageBatch> & { readonly classes: readonly string[] },
  options: LabelOptions = {},
): ImageDataset {
  checkTensors('asDataset', tf, options);
  const { oneHot = false } = options;
  return datasetOf(tf, images, oneHot === true ? images.classes.length : oneHot);
}

function checkTensors(what: string, tf: TensorFlow, options: LabelOptions): void {
  if (typeof (tf as Partial<TensorFlow> | undefined)?.tensor4d !== 'function') throw wrongArgument(`${what}: tf`, 'TensorFlow.js', tf);
  checkOptions(what, options, '{ oneHot: true }');
  const { oneHot } = options;
  if (oneHot !== undefined && typeof oneHot !== 'boolean') checkWhole(`${what}: oneHot`, oneHot, 1);
}

function isShape(shape: unknown): boolean {
  return Array.isArray(shape) && shape.length === 4;
}

function datasetOf(tf: TensorFlow, images: AsyncIterable<ImageBatch>, oneHot: number | false) {
  async function* tensors(): AsyncGenerator<{ xs: ImageTensors['xs']; ys: ImageTensors['ys'] }> {
    for await (const batch of images) yield toTensors(tf, batch, { oneHot });
  }
  return tf.data.generator(tensors);
}
