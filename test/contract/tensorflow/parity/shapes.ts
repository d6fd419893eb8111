import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import type { Case } from './case.ts';

export const SHAPE_CASES: readonly Case[] = [
  ...([0, 1, -1] as const).map(
    (axis) =>
      ({
        name: `concat along ${axis}`,
        inputs:
          axis === 0
            ? [{ shape: [2, 3, 4] }, { shape: [5, 3, 4] }]
            : axis === 1
              ? [{ shape: [2, 3, 4] }, { shape: [2, 1, 4] }]
              : [{ shape: [2, 3, 4] }, { shape: [2, 3, 2] }, { shape: [2, 3, 1] }],
        compute: (tf, ...parts) => tf.concat(parts, axis),
      }) satisfies Case,
  ),
  { name: 'stack', inputs: [{ shape: [2, 3] }, { shape: [2, 3] }], compute: (tf, ...parts) => tf.stack(parts, 1) },
  { name: 'unstack', inputs: [{ shape: [3, 2, 4] }], compute: (tf, x) => tf.unstack(x as Tensor, 1), gradient: false },
  { name: 'gradient of unstack', inputs: [{ shape: [3, 2, 4] }], compute: (tf, x) => tf.unstack(x as Tensor, 1)[1] as Tensor },
  { name: 'split', inputs: [{ shape: [4, 6] }], compute: (tf, x) => tf.split(x as Tensor, [1, 2, 3], 1), gradient: false },
  { name: 'gradient of split', inputs: [{ shape: [4, 6] }], compute: (tf, x) => tf.split(x as Tensor, 3, 1)[1] as Tensor },
  { name: 'slice of rank 1', inputs: [{ shape: [9] }], compute: (tf, x) => tf.slice(x as Tensor, 2, 5) },
  { name: 'slice of rank 2', inputs: [{ shape: [5, 6] }], compute: (tf, x) => tf.slice(x as Tensor, [1, 2], [3, -1]) },
  { name: 'slice of rank 4', inputs: [{ shape: [2, 5, 6, 3] }], compute: (tf, x) => tf.slice(x as Tensor, [0, 1, 2, 1], [2, 3, 3, 1]) },
  {
    name: 'stridedSlice',
    inputs: [{ shape: [6, 7] }],
    compute: (tf, x) => tf.stridedSlice(x as Tensor, [1, 6], [6, 0], [2, -3]),
    gradient: false,
  },
  {
    name: 'pad',
    inputs: [{ shape: [2, 3, 4, 2] }],
    compute: (tf, x) =>
      tf.pad(x as Tensor, [
        [0, 0],
        [1, 2],
        [0, 3],
        [0, 0],
      ]),
  },
  {
    name: 'pad with a value',
    inputs: [{ shape: [3, 4] }],
    compute: (tf, x) =>
      tf.pad(
        x as Tensor,
        [
          [1, 0],
          [2, 1],
        ],
        7,
      ),
  },
  ...(['reflect', 'symmetric'] as const).map(
    (mode) =>
      ({
        name: `mirrorPad ${mode}`,
        inputs: [{ shape: [3, 4] }],
        compute: (tf, x) =>
          tf.mirrorPad(
            x as Tensor,
            [
              [1, 2],
              [2, 1],
            ],
            mode,
          ),
        gradient: false,
      }) satisfies Case,
  ),
  ...[
    [1, 0],
    [0, 2, 1],
    [2, 0, 1],
    [0, 3, 1, 2],
    [3, 2, 1, 0],
    [0, 2, 3, 1],
  ].map(
    (order) =>
      ({
        name: `transpose ${order.join()}`,
        inputs: [{ shape: [2, 3, 4, 5].slice(0, order.length) }],
        compute: (tf, x) => tf.transpose(x as Tensor, order),
      }) satisfies Case,
  ),
  { name: 'reshape', inputs: [{ shape: [2, 3, 4] }], compute: (tf, x) => tf.reshape(x as Tensor, [4, -1]) },
  {
    name: 'expandDims and squeeze',
    inputs: [{ shape: [2, 3] }],
    compute: (tf, x) => tf.squeeze(tf.expandDims(tf.expandDims(x as Tensor, 1), 0)),
  },
  { name: 'tile', inputs: [{ shape: [2, 3] }], compute: (tf, x) => tf.tile(x as Tensor, [2, 3]) },
  { name: 'broadcastTo', inputs: [{ shape: [3, 1] }], compute: (tf, x) => tf.broadcastTo(x as Tensor, [2, 3, 4]) },
  { name: 'reverse', inputs: [{ shape: [3, 4, 2] }], compute: (tf, x) => tf.reverse(x as Tensor, [0, 2]) },
  {
    name: 'batchToSpaceND',
    inputs: [{ shape: [4, 2, 3, 1] }],
    compute: (tf, x) =>
      tf.batchToSpaceND(
        x as Tensor,
        [2, 2],
        [
          [0, 0],
          [0, 1],
        ],
      ),
  },
  {
    name: 'spaceToBatchND',
    inputs: [{ shape: [1, 4, 5, 2] }],
    compute: (tf, x) =>
      tf.spaceToBatchND(
        x as Tensor,
        [2, 2],
        [
          [0, 0],
          [0, 1],
        ],
      ),
  },
  { name: 'depthToSpace', inputs: [{ shape: [1, 2, 3, 8] }], compute: (tf, x) => tf.depthToSpace(x as Tensor4D, 2), gradient: false },
  {
    name: 'gather rows',
    inputs: [{ shape: [6, 3] }, { shape: [8], values: { below: 6 } }],
    compute: (tf, x, at) => tf.gather(x as Tensor, at as Tensor1D),
  },
  {
    name: 'gather columns',
    inputs: [{ shape: [4, 6] }, { shape: [9], values: { below: 6 } }],
    compute: (tf, x, at) => tf.gather(x as Tensor, at as Tensor1D, 1),
  },
  {
    name: 'gather by a matrix, as embeddings do',
    inputs: [{ shape: [7, 4] }, { shape: [3, 5], values: { below: 7 } }],
    compute: (tf, x, at) => tf.reshape(tf.gather(x as Tensor, tf.reshape(at as Tensor, [-1]) as Tensor1D), [3, 5, 4]),
  },
  {
    name: 'gatherND',
    inputs: [{ shape: [4, 5, 2] }, { shape: [6, 2], values: { below: 4 } }],
    compute: (tf, x, at) => tf.gatherND(x as Tensor, at as Tensor),
    gradient: false,
  },
  {
    name: 'scatterND',
    inputs: [{ shape: [5, 3] }, { shape: [5, 1], values: { below: 4 } }],
    compute: (tf, x, at) => tf.scatterND(at as Tensor, x as Tensor, [4, 3]),
    gradient: false,
  },
  {
    name: 'unsortedSegmentSum',
    inputs: [{ shape: [8, 3] }, { shape: [8], values: { below: 4 } }],
    compute: (tf, x, ids) => tf.unsortedSegmentSum(x as Tensor, ids as Tensor1D, 5),
  },
  {
    name: 'unsortedSegmentSum of a vector',
    inputs: [{ shape: [9] }, { shape: [9], values: { below: 3 } }],
    compute: (tf, x, ids) => tf.unsortedSegmentSum(x as Tensor, ids as Tensor1D, 3),
  },
  {
    name: 'unsortedSegmentSum with segments to drop',
    inputs: [{ shape: [9, 2] }, { shape: [9], values: { below: 5 } }],
    compute: (tf, x, ids) => tf.unsortedSegmentSum(x as Tensor, tf.sub(ids as Tensor1D, tf.scalar(2, 'int32')), 3),
    gradient: false,
    except: { native: 'TensorFlow refuses segments that are too large' },
  },
  { name: 'oneHot', inputs: [{ shape: [6], values: { below: 4 } }], compute: (tf, x) => tf.oneHot(x as Tensor, 4), gradient: false },
  {
    name: 'oneHot with own values',
    inputs: [{ shape: [2, 3], values: { below: 4 } }],
    compute: (tf, x) => tf.oneHot(x as Tensor, 5, 3, -1, 'float32'),
    gradient: false,
  },
  {
    name: 'embedding of a layer',
    inputs: [{ shape: [3, 4], values: { below: 6 } }, { shape: [6, 5] }],
    compute: (tf, at, weights) => tf.gather(weights as Tensor2D, tf.cast(at as Tensor, 'int32') as Tensor2D),
  },
  ...(
    [
      [8, 8],
      [3, 5],
      [6, 4],
    ] as const
  ).flatMap((size) =>
    [false, true].map(
      (align) =>
        ({
          name: `resizeBilinear of 4x4 to ${size.join('x')}${align ? ', corners aligned' : ''}`,
          inputs: [{ shape: [2, 4, 4, 3] }],
          compute: (tf, x) => tf.image.resizeBilinear(x as Tensor4D, [...size], align),
          // cpu swaps height and width of images that are not square, and throws.
          gradient: size[0] === size[1],
        }) satisfies Case,
    ),
  ),
  ...(
    [
      [8, 8],
      [3, 5],
    ] as const
  ).map(
    (size) =>
      ({
        name: `resizeNearestNeighbor to ${size.join('x')}`,
        // One image: with several, cpu's gradient mixes them up.
        inputs: [{ shape: [1, 4, 6, 3] }],
        compute: (tf, x) => tf.image.resizeNearestNeighbor(x as Tensor4D, [...size]),
      }) satisfies Case,
  ),
  { name: 'flipLeftRight', inputs: [{ shape: [2, 3, 4, 3] }], compute: (tf, x) => tf.image.flipLeftRight(x as Tensor4D), gradient: false },
  {
    name: 'cropAndResize',
    inputs: [{ shape: [1, 6, 6, 2] }],
    compute: (tf, x) =>
      tf.image.cropAndResize(
        x as Tensor4D,
        [
          [0, 0, 0.5, 1],
          [0.2, 0.1, 0.9, 0.8],
        ],
        [0, 0],
        [3, 3],
      ),
    gradient: false,
  },
  {
    name: 'matrices of a batch',
    inputs: [{ shape: [3, 2, 4] }, { shape: [3, 4, 5] }],
    compute: (tf, a, b) => tf.matMul(a as Tensor3D, b as Tensor3D),
  },
];
