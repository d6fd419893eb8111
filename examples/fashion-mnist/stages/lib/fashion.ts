import type { TensorFlow } from 'mlo-cli';
import { readNpz } from 'mlo-cli/data';
import { take } from 'mlo-cli/train';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs';
import { SIDE } from './classes.ts';

export interface Fashion {
  /** [images, 28, 28, 1], from 0 (background) to 1. */
  readonly images: Tensor4D;
  /** Index into CLASSES of each image. */
  readonly labels: readonly number[];
}

/** Reads what `prepare` wrote. */
export async function loadFashion(tf: TensorFlow, path: string): Promise<Fashion> {
  const { images, labels } = await readNpz(path);
  const pixels = Float32Array.from(images!.data as Uint8Array, (byte) => byte / 255);
  return { images: tf.tensor4d(pixels, [labels!.data.length, SIDE, SIDE, 1]), labels: Array.from(labels!.data as Uint8Array) };
}

/** The images with these numbers and their labels, as `model.fit` takes them. */
export function samples(tf: TensorFlow, { images, labels }: Fashion, numbers: readonly number[]): { xs: Tensor4D; ys: Tensor1D } {
  return tf.tidy(() => ({ xs: tf.gather(images, tf.tensor1d([...numbers], 'int32')), ys: tf.tensor1d(take(labels, numbers), 'float32') }));
}
