import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { TensorFlow } from '../../src/runtime/tensorflow/types.ts';
import type { Tensor } from '@tensorflow/tfjs';

const SIDE = 28;
const CLASSES = 10;

/** The first images of a folder in Fashion-MNIST's format (IDX, gzip): [count, 28, 28, 1] from 0 to 1, and their classes as one-hot rows. */
export function readImages(tf: TensorFlow, folder: string, count: number): { readonly xs: Tensor; readonly ys: Tensor } {
  const body = (name: string, header: number, size: number): Float32Array => {
    const bytes = gunzipSync(readFileSync(join(folder, name))).subarray(header, header + count * size);
    if (bytes.length !== count * size) throw new Error(`${name} has fewer than ${count} entries`);
    return Float32Array.from(bytes);
  };
  const pixels = body('train-images-idx3-ubyte.gz', 16, SIDE * SIDE).map((value) => value / 255);
  const labels = body('train-labels-idx1-ubyte.gz', 8, 1);
  const ys = tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES).toFloat());
  return { xs: tf.tensor4d(pixels, [count, SIDE, SIDE, 1]), ys };
}
