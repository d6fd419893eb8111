import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { COMPARED_BACKENDS, useBackend } from '../../helpers/tensorflow-backends.ts';
import { numbers, onNative, size, type Case } from './parity/case.ts';

type Pad = [[number, number], [number, number], [number, number], [number, number]];

/** Each of our own gradient kernels, with shapes small enough to try every element. */
const CASES: readonly Case[] = [
  ...(
    [
      'same',
      'valid',
      [
        [0, 0],
        [1, 0],
        [2, 1],
        [0, 0],
      ] satisfies Pad,
    ] as const
  ).flatMap((pad) =>
    [1, 2].flatMap((strides): Case[] => {
      const title = `${typeof pad === 'string' ? pad : 'explicit padding'}, stride ${strides}`;
      const rounding = typeof pad === 'string' ? undefined : 'floor';
      return [
        {
          name: `conv2d, ${title}`,
          inputs: [{ shape: [2, 5, 6, 2] }, { shape: [3, 2, 2, 3] }],
          compute: (tf, x, filter) => tf.conv2d(x as Tensor4D, filter as Tensor4D, strides, pad, 'NHWC', 1, rounding),
          ...onNative(pad),
        },
        {
          name: `depthwiseConv2d, ${title}`,
          inputs: [{ shape: [2, 5, 6, 2] }, { shape: [3, 2, 2, 2] }],
          compute: (tf, x, filter) => tf.depthwiseConv2d(x as Tensor4D, filter as Tensor4D, strides, pad, 'NHWC', 1, rounding),
          ...onNative(pad),
        },
        {
          name: `maxPool, ${title}, values of both signs`,
          inputs: [{ shape: [2, 5, 6, 2], values: 'distinct' }],
          ...onNative(pad),
          compute: (tf, x) => tf.maxPool(x as Tensor4D, 3, strides, pad, rounding),
        },
        {
          name: `maxPool, ${title}, no positive value`,
          inputs: [{ shape: [2, 5, 6, 2], values: 'distinct' }],
          ...onNative(pad),
          compute: (tf, x) => tf.maxPool(tf.sub(x as Tensor4D, 2) as Tensor4D, 3, strides, pad, rounding),
        },
      ];
    }),
  ),
  ...(['same', 'valid', 1] as const).flatMap((pad) =>
    [1, 2].map(
      (strides) =>
        ({
          name: `avgPool, padding ${pad}, stride ${strides}`,
          inputs: [{ shape: [2, 5, 6, 2] }],
          compute: (tf, x) => tf.avgPool(x as Tensor4D, 3, strides, pad, typeof pad === 'string' ? undefined : 'floor'),
          ...onNative(pad),
        }) satisfies Case,
    ),
  ),
  {
    name: 'conv2dTranspose',
    inputs: [{ shape: [2, 3, 2, 2] }, { shape: [3, 3, 3, 2] }],
    compute: (tf, x, filter) => tf.conv2dTranspose(x as Tensor4D, filter as Tensor4D, [2, 6, 4, 3], 2, 'same'),
  },
  {
    name: 'embedding: gather of rows, some twice',
    inputs: [{ shape: [5, 3] }],
    compute: (tf, x) => tf.gather(x as Tensor, tf.tensor1d([4, 0, 4, 2], 'int32')),
  },
  {
    name: 'unsortedSegmentSum',
    inputs: [{ shape: [6, 2] }],
    compute: (tf, x) => tf.unsortedSegmentSum(x as Tensor, tf.tensor1d([2, 0, 2, 1, 0, 2], 'int32') as Tensor1D, 4),
  },
  ...(
    [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const
  ).map(
    ([transposeA, transposeB]) =>
      ({
        name: `matMul${transposeA ? ' aᵀ' : ''}${transposeB ? ' bᵀ' : ''}`,
        inputs: [{ shape: transposeA ? [3, 4] : [4, 3] }, { shape: transposeB ? [2, 3] : [3, 2] }],
        compute: (tf, a, b) => tf.matMul(a as Tensor2D, b as Tensor2D, transposeA, transposeB),
      }) satisfies Case,
  ),
  {
    // Where cpu's own gradient is wrong, this is what says that ours is right.
    name: 'resizeNearestNeighbor of two images',
    inputs: [{ shape: [2, 2, 3, 1] }],
    compute: (tf, x) => tf.image.resizeNearestNeighbor(x as Tensor4D, [3, 5]),
  },
  {
    name: 'resizeBilinear of images that are not square',
    inputs: [{ shape: [2, 3, 4, 1] }],
    compute: (tf, x) => tf.image.resizeBilinear(x as Tensor4D, [5, 3]),
  },
];

const STEP = 1e-2;

describe.each(COMPARED_BACKENDS)('gradients on %s are those of finite differences', (backend) => {
  it.each(CASES.filter(({ except }) => except?.[backend] === undefined).map((each) => [each.name, each] as const))(
    '%s',
    async (_, { inputs, compute }) => {
      const tf = await useBackend(backend);
      const values = inputs.map(({ shape, values: kind = 'mixed' }, at) => numbers(size(shape), kind, at + 3));
      const make = (all: readonly (readonly number[])[]): Tensor[] =>
        all.map((each, at) => tf.tensor([...each], [...(inputs[at]?.shape ?? [])]));
      tf.tidy(() => {
        const weighted = (...tensors: Tensor[]): Tensor => {
          const result = compute(tf, ...tensors) as Tensor;
          return tf.sum(tf.mul(result, tf.tensor(numbers(result.size, 'mixed', 50), result.shape)));
        };
        const found = tf
          .grads(weighted)(make(values))
          .map((gradient) => Array.from(gradient.dataSync()));
        // All of these are linear in each input, or are so as far as a step goes: a central difference has no error but rounding.
        for (const [input, numbersOfInput] of values.entries()) {
          for (const at of numbersOfInput.keys()) {
            const moved = (by: number): number => {
              const all = values.map((each, index) =>
                index === input ? each.map((value, place) => (place === at ? value + by : value)) : each,
              );
              return tf.tidy(() => weighted(...make(all)).dataSync()[0] as number);
            };
            const step = inputs[input]?.values === 'distinct' ? 0.2 / numbersOfInput.length : STEP;
            const difference = (moved(step) - moved(-step)) / (2 * step);
            expect(Math.abs((found[input]?.[at] as number) - difference), `input ${input}, element ${at}`).toBeLessThan(
              step === STEP ? 2e-3 : 1e-2,
            );
          }
        }
      });
    },
  );
});
