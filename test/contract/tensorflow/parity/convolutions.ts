import type { Tensor, Tensor3D, Tensor4D } from '@tensorflow/tfjs';
import { onNative, rounding, type Case } from './case.ts';

type Pad = 'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];

/** What reads as `x 4,28,28,1 · filter 5,5,1,6 · strides 1 · same`. */
interface Grid {
  readonly x: readonly [number, number, number, number];
  readonly filter: readonly [number, number, number, number];
  readonly strides: number | [number, number];
  readonly pad: Pad;
}

const CONVOLUTIONS: readonly Grid[] = [
  // LeNet.
  { x: [4, 28, 28, 1], filter: [5, 5, 1, 6], strides: 1, pad: 'same' },
  { x: [4, 14, 14, 6], filter: [5, 5, 6, 16], strides: 1, pad: 'valid' },
  // Sides that differ, strides that leave a rest.
  { x: [2, 9, 11, 3], filter: [3, 3, 3, 4], strides: 2, pad: 'same' },
  { x: [2, 9, 11, 3], filter: [3, 2, 3, 4], strides: [2, 3], pad: 'valid' },
  { x: [2, 11, 9, 3], filter: [2, 5, 3, 4], strides: [3, 1], pad: 'same' },
  { x: [1, 5, 7, 2], filter: [5, 7, 2, 3], strides: 1, pad: 'valid' },
  { x: [1, 3, 3, 2], filter: [5, 5, 2, 3], strides: 1, pad: 'same' },
  { x: [3, 6, 6, 2], filter: [2, 2, 2, 3], strides: 3, pad: 'valid' },
  {
    x: [2, 10, 10, 2],
    filter: [3, 3, 2, 4],
    strides: 2,
    pad: [
      [0, 0],
      [1, 1],
      [2, 0],
      [0, 0],
    ],
  },
  { x: [2, 8, 6, 2], filter: [3, 3, 2, 4], strides: 1, pad: 2 },
  // ResNet50: its stem, a bottleneck, a projection with stride.
  {
    x: [1, 32, 32, 3],
    filter: [7, 7, 3, 8],
    strides: 2,
    pad: [
      [0, 0],
      [3, 3],
      [3, 3],
      [0, 0],
    ],
  },
  { x: [2, 8, 8, 16], filter: [1, 1, 16, 8], strides: 1, pad: 'valid' },
  { x: [2, 8, 8, 8], filter: [3, 3, 8, 8], strides: 1, pad: 'same' },
  { x: [2, 8, 8, 16], filter: [1, 1, 16, 32], strides: 2, pad: 'valid' },
  // Larger than what is computed at once.
  { x: [3, 64, 64, 24], filter: [3, 3, 24, 2], strides: 1, pad: 'same' },
  { x: [1, 1, 1, 1], filter: [1, 1, 1, 1], strides: 1, pad: 'same' },
];

const DEPTHWISE: readonly Grid[] = [
  { x: [2, 8, 8, 3], filter: [3, 3, 3, 1], strides: 1, pad: 'same' },
  { x: [2, 8, 8, 3], filter: [3, 3, 3, 2], strides: 1, pad: 'valid' },
  { x: [2, 9, 11, 2], filter: [3, 2, 2, 3], strides: 2, pad: 'same' },
  { x: [1, 9, 11, 2], filter: [5, 3, 2, 1], strides: [2, 3], pad: 'valid' },
  { x: [1, 7, 6, 4], filter: [3, 3, 4, 1], strides: 1, pad: 1 },
  { x: [2, 12, 12, 8], filter: [3, 3, 8, 1], strides: 2, pad: 'same' },
];

export const CONVOLUTION_CASES: readonly Case[] = [
  ...CONVOLUTIONS.map(
    ({ x, filter, strides, pad }) =>
      ({
        name: title('conv2d', x, filter, strides, pad),
        inputs: [{ shape: x }, { shape: filter }],
        compute: (tf, image, weights) => tf.conv2d(image as Tensor4D, weights as Tensor4D, strides, pad, 'NHWC', 1, rounding(pad)),
        ...onNative(pad),
      }) satisfies Case,
  ),
  ...DEPTHWISE.map(
    ({ x, filter, strides, pad }) =>
      ({
        name: title('depthwiseConv2d', x, filter, strides, pad),
        inputs: [{ shape: x }, { shape: filter }],
        compute: (tf, image, weights) => tf.depthwiseConv2d(image as Tensor4D, weights as Tensor4D, strides, pad, 'NHWC', 1, rounding(pad)),
        ...onNative(pad, strides),
      }) satisfies Case,
  ),
  {
    name: 'separableConv2d x 2,8,8,3, depthwise 3,3,3,2, pointwise 1,1,6,4',
    inputs: [{ shape: [2, 8, 8, 3] }, { shape: [3, 3, 3, 2] }, { shape: [1, 1, 6, 4] }],
    compute: (tf, x, deep, point) => tf.separableConv2d(x as Tensor4D, deep as Tensor4D, point as Tensor4D, 1, 'same'),
  },
  ...(
    [
      ['same', 2],
      ['valid', 1],
      ['valid', 2],
      ['same', 3],
    ] as const
  ).map(
    ([pad, stride]) =>
      ({
        name: `conv2dTranspose ${pad}, stride ${stride}`,
        inputs: [{ shape: [2, 4, 5, 3] }, { shape: [3, 3, 2, 3] }],
        compute: (tf, x, weights) => {
          const side = (length: number): number => (pad === 'same' ? length * stride : (length - 1) * stride + 3);
          return tf.conv2dTranspose(x as Tensor4D, weights as Tensor4D, [2, side(4), side(5), 2], stride, pad);
        },
      }) satisfies Case,
  ),
  ...(['same', 'valid'] as const).map(
    (pad) =>
      ({
        name: `conv1d ${pad}`,
        inputs: [{ shape: [2, 11, 3] }, { shape: [4, 3, 5] }],
        compute: (tf, x, weights) => tf.conv1d(x as Tensor3D, weights as Tensor3D, 1, pad),
      }) satisfies Case,
  ),
  {
    name: 'conv2d with dilation 2, forward',
    inputs: [{ shape: [2, 9, 9, 2] }, { shape: [3, 3, 2, 3] }],
    compute: (tf, x, weights) => tf.conv2d(x as Tensor4D, weights as Tensor4D, 1, 'same', 'NHWC', 2),
    gradient: false,
  },
  ...(['linear', 'relu', 'relu6', 'elu', 'sigmoid'] as const).map(
    (activation) =>
      ({
        name: `fused conv2d with bias and ${activation}`,
        inputs: [{ shape: [2, 7, 7, 3] }, { shape: [3, 3, 3, 4] }, { shape: [4] }],
        compute: (tf, x, filter, bias) =>
          tf.fused.conv2d({ x: x as Tensor4D, filter: filter as Tensor4D, strides: 1, pad: 'same', bias: bias as Tensor, activation }),
        // The gradient of a fused elu or sigmoid is refused by core everywhere.
        gradient: activation === 'linear' || activation === 'relu',
      }) satisfies Case,
  ),
];

function title(op: string, x: readonly number[], filter: readonly number[], strides: number | readonly number[], pad: Pad): string {
  return `${op} x ${x.join()} · filter ${filter.join()} · strides ${String(strides)} · ${typeof pad === 'object' ? JSON.stringify(pad) : pad}`;
}
