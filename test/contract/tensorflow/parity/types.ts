import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../../../src/runtime/tensorflow/types.ts';
import type { Case } from './case.ts';

type Work = (tf: TensorFlow, x: Tensor, y: Tensor) => Tensor;

/** Work on other types than floats. Not `add`, `sub` and `pow` of bool: what they are is said differently by each backend. */
const TYPED: { readonly [name: string]: Work } = {
  stridedSlice: (tf, x) => tf.stridedSlice(x, [0, 1], [4, 6], [2, 2]),
  slice: (tf, x) => tf.slice(x, [1, 1], [2, 3]),
  concat: (tf, x, y) => tf.concat([x, y], 1),
  stack: (tf, x, y) => tf.stack([x, y], 2),
  pad: (tf, x) =>
    tf.pad(
      x,
      [
        [1, 1],
        [0, 2],
      ],
      1,
    ),
  transpose: (tf, x) => tf.transpose(x),
  tile: (tf, x) => tf.tile(x, [2, 1]),
  gather: (tf, x) => tf.gather(x, tf.tensor1d([2, 0, 3], 'int32')),
  reverse: (tf, x) => tf.reverse(x, 1),
  where: (tf, x, y) => tf.where(tf.cast(tf.notEqual(x, y), 'bool'), x, y),
  sum: (tf, x) => tf.sum(x, 1),
  mean: (tf, x) => tf.mean(x, 0),
  argMax: (tf, x) => tf.argMax(x, 1),
  max: (tf, x) => tf.max(x, 1),
  min: (tf, x) => tf.min(x, 0),
  multiply: (tf, x, y) => tf.mul(x, y),
  equal: (tf, x, y) => tf.equal(x, y),
  greater: (tf, x, y) => tf.greater(x, y),
  abs: (tf, x) => tf.abs(x),
  square: (tf, x) => tf.square(x),
  relu: (tf, x) => tf.relu(x),
  clipByValue: (tf, x) => tf.clipByValue(x, 0, 3),
  topk: (tf, x) => tf.topk(x, 3).values,
  cumsum: (tf, x) => tf.cumsum(x, 1),
  'cast to float32': (tf, x) => tf.cast(x, 'float32'),
  'sum of nothing': (tf, x) => tf.sum(tf.slice(x, [0, 0], [0, 6]), 0),
};

const NATIVE_HAS_NONE = { native: 'TensorFlow has no such operation for this type' };

export const TYPE_CASES: readonly Case[] = [
  ...(['int32', 'bool'] as const).flatMap((dtype) =>
    Object.entries(TYPED).map(
      ([name, work]) =>
        ({
          name: `${name} of ${dtype}`,
          inputs: [
            { shape: [4, 6], values: { below: dtype === 'bool' ? 2 : 9 } },
            { shape: [4, 6], values: { below: dtype === 'bool' ? 2 : 9 } },
          ],
          compute: (tf, x, y) => work(tf, tf.cast(x as Tensor, dtype), tf.cast(y as Tensor, dtype)),
          gradient: false,
          ...(dtype === 'bool' ? { except: NATIVE_HAS_NONE } : {}),
        }) satisfies Case,
    ),
  ),
  ...(['sum', 'mean', 'prod', 'max', 'min'] as const).map(
    (name) =>
      ({
        name: `${name} of no rows`,
        inputs: [],
        compute: (tf) => tf[name](tf.zeros([0, 3]), 0),
        gradient: false,
        ...(name === 'sum' || name === 'prod' ? {} : { except: { native: 'of nothing TensorFlow says NaN or infinity' } }),
      }) satisfies Case,
  ),
  ...(['float32', 'int32', 'bool'] as const).map(
    (dtype) =>
      ({
        name: `oneHot as ${dtype}`,
        inputs: [{ shape: [2, 3], values: { below: 6 } }],
        compute: (tf, x) => tf.oneHot(x as Tensor2D, 5, 1, 0, dtype),
        gradient: false,
      }) satisfies Case,
  ),
  {
    name: 'resizeNearestNeighbor of integers',
    inputs: [{ shape: [1, 4, 3, 2], values: { below: 9 } }],
    compute: (tf, x) => tf.image.resizeNearestNeighbor(x as Tensor4D, [2, 5]),
    gradient: false,
  },
  {
    name: 'unique',
    inputs: [{ shape: [12], values: { below: 4 } }],
    compute: (tf, x) => {
      const { values, indices } = tf.unique(x as Tensor1D);
      return [values, indices];
    },
    gradient: false,
  },
];
