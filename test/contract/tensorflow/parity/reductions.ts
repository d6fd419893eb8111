import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import type { Case } from './case.ts';

const AXES = [undefined, 0, 1, -1, [0, 1], [1, 2]] as const;

export const REDUCTION_CASES: readonly Case[] = [
  ...AXES.flatMap((axis) =>
    (['sum', 'mean', 'max', 'min', 'prod'] as const).map(
      (name) =>
        ({
          name: `${name} along ${axis === undefined ? 'all' : String(axis)}`,
          inputs: [{ shape: [3, 4, 5], values: 'distinct' }],
          compute: (tf, x) => tf[name](x as Tensor, axis as number | undefined),
          gradient: name !== 'prod',
        }) satisfies Case,
    ),
  ),
  {
    name: 'mean that keeps its axes (global average pooling)',
    inputs: [{ shape: [2, 4, 4, 6] }],
    compute: (tf, x) => tf.mean(x as Tensor, [1, 2], true),
  },
  {
    name: 'sum of integers',
    inputs: [{ shape: [4, 5], values: { below: 1000 } }],
    compute: (tf, x) => tf.sum(x as Tensor, 1),
    gradient: false,
  },
  { name: 'sum of truths', inputs: [{ shape: [4, 5] }], compute: (tf, x) => tf.sum(tf.greater(x as Tensor, 0), 0), gradient: false },
  {
    name: 'all and any',
    inputs: [{ shape: [4, 5], values: 'ties' }],
    compute: (tf, x) => [tf.all(tf.greater(x as Tensor, -2), 1), tf.any(tf.greater(x as Tensor, 0), 0)],
    gradient: false,
  },
  ...[0, 1].flatMap((axis) =>
    (['argMax', 'argMin'] as const).map(
      (name) =>
        ({
          name: `${name} along ${axis}, several equal`,
          inputs: [{ shape: [6, 7], values: 'ties' }],
          compute: (tf, x) => tf[name](x as Tensor, axis),
          gradient: false,
        }) satisfies Case,
    ),
  ),
  {
    name: 'topk',
    inputs: [{ shape: [4, 9], values: 'distinct' }],
    compute: (tf, x) => {
      const { values, indices } = tf.topk(x as Tensor, 3);
      return [values, indices];
    },
    gradient: false,
  },
  { name: 'cumsum', inputs: [{ shape: [3, 5] }], compute: (tf, x) => tf.cumsum(x as Tensor, 1, true, true) },
  { name: 'logSumExp', inputs: [{ shape: [3, 5] }], compute: (tf, x) => tf.logSumExp(x as Tensor, 1) },
  {
    name: 'moments',
    inputs: [{ shape: [3, 5] }],
    compute: (tf, x) => {
      const { mean, variance } = tf.moments(x as Tensor, 0);
      return tf.concat([mean, variance]);
    },
  },
  { name: 'softmax', inputs: [{ shape: [3, 5] }], compute: (tf, x) => tf.softmax(x as Tensor) },
  { name: 'softmax of large numbers', inputs: [{ shape: [3, 5] }], compute: (tf, x) => tf.softmax((x as Tensor).mul(300)) },
  { name: 'logSoftmax', inputs: [{ shape: [3, 5] }], compute: (tf, x) => tf.logSoftmax(x as Tensor) },
  ...(
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const
  ).flatMap(([transposeA, transposeB]) => {
    const shape = (transposed: boolean, rows: number, columns: number, batch: readonly number[] = []): number[] =>
      transposed ? [...batch, columns, rows] : [...batch, rows, columns];
    const flags = `${transposeA ? ' aᵀ' : ''}${transposeB ? ' bᵀ' : ''}`;
    return [
      {
        name: `matMul 7,5 · 5,3${flags}`,
        inputs: [{ shape: shape(transposeA, 7, 5) }, { shape: shape(transposeB, 5, 3) }],
        compute: (tf, a, b) => tf.matMul(a as Tensor2D, b as Tensor2D, transposeA, transposeB),
      },
      {
        name: `matMul 40,130 · 130,33${flags}`,
        inputs: [{ shape: shape(transposeA, 40, 130) }, { shape: shape(transposeB, 130, 33) }],
        compute: (tf, a, b) => tf.matMul(a as Tensor2D, b as Tensor2D, transposeA, transposeB),
      },
      {
        name: `matMul of 3 matrices at once${flags}`,
        inputs: [{ shape: shape(transposeA, 4, 5, [3]) }, { shape: shape(transposeB, 5, 6, [3]) }],
        compute: (tf, a, b) => tf.matMul(a as Tensor3D, b as Tensor3D, transposeA, transposeB),
      },
      {
        name: `matMul of 2x3 matrices with 1x3${flags}`,
        inputs: [{ shape: shape(transposeA, 4, 5, [2, 3]) }, { shape: shape(transposeB, 5, 6, [1, 3]) }],
        compute: (tf, a, b) => tf.matMul(a as Tensor, b as Tensor, transposeA, transposeB),
        gradient: false,
      },
    ] satisfies Case[];
  }),
  {
    name: 'products with one tensor as matrices of several shapes',
    inputs: [{ shape: [4] }, { shape: [6] }],
    compute: (tf, a, b) => {
      const sums = [
        [6, 1],
        [3, 2],
        [2, 3],
        [1, 6],
      ].map(([rows = 1, columns = 1]) =>
        tf.sum(
          tf.matMul(tf.reshape(tf.tile(a as Tensor, [rows]), [4, rows]) as Tensor2D, tf.reshape(b as Tensor, [rows, columns]) as Tensor2D),
        ),
      );
      return tf.stack([...sums, tf.dot(b as Tensor1D, b as Tensor1D)]);
    },
  },
  ...(
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const
  ).flatMap(([transposeA, transposeB]) =>
    ([[], [3]] as const).flatMap((batch) =>
      (['linear', 'relu', 'elu', 'sigmoid'] as const).map(
        (activation) =>
          ({
            name: `fused matMul${transposeA ? ' aᵀ' : ''}${transposeB ? ' bᵀ' : ''} of ${batch[0] ?? 1} with bias and ${activation}`,
            inputs: [
              { shape: [...batch, ...(transposeA ? [6, 4] : [4, 6])] },
              { shape: [...batch, ...(transposeB ? [5, 6] : [6, 5])] },
              { shape: [5] },
            ],
            compute: (tf, a, b, bias) =>
              tf.fused.matMul({ a: a as Tensor2D, b: b as Tensor2D, bias: bias as Tensor1D, activation, transposeA, transposeB }),
            gradient: activation !== 'elu' && activation !== 'sigmoid' && batch.length === 0,
          }) satisfies Case,
      ),
    ),
  ),
  {
    name: 'fused matMul without bias, with another one, and plain, of the same weights',
    inputs: [{ shape: [4, 6] }, { shape: [6, 5] }, { shape: [5] }],
    compute: (tf, a, b, bias) => [
      tf.fused.matMul({ a: a as Tensor2D, b: b as Tensor2D, bias: bias as Tensor1D, activation: 'relu' }),
      tf.fused.matMul({ a: a as Tensor2D, b: b as Tensor2D }),
      tf.fused.matMul({ a: a as Tensor2D, b: b as Tensor2D, bias: tf.neg(bias as Tensor1D), activation: 'relu6' }),
      tf.matMul(a as Tensor2D, b as Tensor2D),
    ],
    gradient: false,
  },
  {
    name: 'matMul of integers',
    inputs: [
      { shape: [3, 4], values: { below: 9 } },
      { shape: [4, 2], values: { below: 9 } },
    ],
    compute: (tf, a, b) => tf.matMul(a as Tensor2D, b as Tensor2D),
    gradient: false,
  },
  {
    name: 'matMul of transposed integers',
    inputs: [
      { shape: [4, 3], values: { below: 9 } },
      { shape: [2, 4], values: { below: 9 } },
    ],
    compute: (tf, a, b) => tf.matMul(a as Tensor2D, b as Tensor2D, true, true),
    gradient: false,
  },
  {
    name: 'confusionMatrix',
    inputs: [
      { shape: [20], values: { below: 4 } },
      { shape: [20], values: { below: 4 } },
    ],
    compute: (tf, labels, found) => tf.math.confusionMatrix(labels as Tensor1D, found as Tensor1D, 4),
    gradient: false,
  },
  {
    name: 'dot and outer product',
    inputs: [{ shape: [5] }, { shape: [5] }],
    compute: (tf, a, b) => tf.add(tf.outerProduct(a as Tensor1D, b as Tensor1D), tf.dot(a as Tensor1D, b as Tensor1D)),
  },
  {
    name: 'einsum',
    inputs: [{ shape: [2, 3, 4] }, { shape: [2, 4, 5] }],
    compute: (tf, a, b) => tf.einsum('bij,bjk->bik', a as Tensor, b as Tensor),
    gradient: false,
  },
  {
    name: 'bincount',
    inputs: [{ shape: [20], values: { below: 5 } }],
    compute: (tf, x) => tf.bincount(x as Tensor1D, tf.tensor1d([]), 6),
    gradient: false,
  },
  {
    name: 'batchNorm in inference',
    inputs: [
      { shape: [2, 3, 3, 4] },
      { shape: [4] },
      { shape: [4], values: 'positive' },
      { shape: [4] },
      { shape: [4], values: 'positive' },
    ],
    compute: (tf, x, mean, variance, offset, scale) =>
      tf.batchNorm(x as Tensor4D, mean as Tensor1D, variance as Tensor1D, offset as Tensor1D, scale as Tensor1D, 1e-3),
  },
  {
    name: 'batchNorm in training: moments of the batch',
    inputs: [{ shape: [4, 3, 3, 5] }, { shape: [5] }, { shape: [5], values: 'positive' }],
    compute: (tf, x, offset, scale) => {
      const { mean, variance } = tf.moments(x as Tensor, [0, 1, 2]);
      return tf.batchNorm(x as Tensor4D, mean as Tensor1D, variance as Tensor1D, offset as Tensor1D, scale as Tensor1D, 1e-3);
    },
  },
  {
    name: 'dropout with a seed',
    inputs: [{ shape: [8, 9], values: 'positive' }],
    compute: (tf, x) => tf.dropout(x as Tensor, 0.4, undefined, 17),
  },
  { name: 'randomNormal with a seed', inputs: [], compute: (tf) => tf.randomNormal([40], 0, 1, 'float32', 5), gradient: false },
  { name: 'randomUniform with a seed', inputs: [], compute: (tf) => tf.randomUniform([40], -2, 3, 'float32', 5), gradient: false },
  { name: 'truncatedNormal with a seed', inputs: [], compute: (tf) => tf.truncatedNormal([40], 0, 1, 'float32', 5), gradient: false },
  {
    name: 'multinomial with a seed',
    inputs: [{ shape: [2, 5] }],
    compute: (tf, x) => tf.multinomial(x as Tensor2D, 12, 3),
    gradient: false,
    except: { native: 'TensorFlow draws its own numbers' },
  },
  ...(['softmaxCrossEntropy', 'sigmoidCrossEntropy', 'meanSquaredError', 'absoluteDifference', 'huberLoss', 'logLoss'] as const).map(
    (name) =>
      ({
        name: `loss ${name}`,
        inputs: [{ shape: [6, 4], values: 'positive' }],
        compute: (tf, x) => {
          const labels = tf.oneHot(tf.tensor1d([0, 3, 2, 1, 1, 0], 'int32'), 4).toFloat();
          return tf.losses[name](labels, tf.mul(x as Tensor, 0.8) as Tensor2D) as Tensor;
        },
      }) satisfies Case,
  ),
];
