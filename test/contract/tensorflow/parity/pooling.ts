import type { Tensor4D } from '@tensorflow/tfjs';
import { onNative, rounding, type Case, type Values } from './case.ts';

interface Grid {
  readonly x: readonly [number, number, number, number];
  readonly window: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid' | number;
}

const GRID: readonly Grid[] = [
  { x: [2, 8, 8, 3], window: 2, strides: 2, pad: 'valid' },
  { x: [2, 7, 9, 3], window: 2, strides: 2, pad: 'same' },
  { x: [2, 9, 7, 2], window: 3, strides: 2, pad: 'same' },
  { x: [1, 8, 8, 4], window: 3, strides: 1, pad: 'valid' },
  { x: [1, 8, 8, 4], window: 3, strides: 2, pad: 1 },
  { x: [2, 6, 8, 1], window: [2, 3], strides: [1, 2], pad: 'valid' },
  { x: [2, 7, 7, 5], window: 7, strides: 1, pad: 'valid' },
  { x: [1, 5, 5, 2], window: 2, strides: 3, pad: 'valid' },
];

export const POOLING_CASES: readonly Case[] = GRID.flatMap(({ x, window, strides, pad }) => {
  const where = `x ${x.join()} · window ${String(window)} · strides ${String(strides)} · ${pad}`;
  const max = (values: Values, of: string): Case => ({
    name: `maxPool ${where} · ${of}`,
    inputs: [{ shape: x, values }],
    compute: (tf, image) => tf.maxPool(image as Tensor4D, window, strides, pad, rounding(pad)),
    ...onNative(pad),
    ...(values === 'ties' ? { except: { native: 'where several are the greatest, TensorFlow may choose another one' } } : {}),
  });
  return [
    max('mixed', 'values of both signs'),
    max('negative', 'no value above zero'),
    max('ties', 'many equal values'),
    {
      name: `avgPool ${where}`,
      inputs: [{ shape: x }],
      compute: (tf, image) => tf.avgPool(image as Tensor4D, window, strides, pad, rounding(pad)),
      // At the edges of padded images cpu's gradient is wrong: finite differences judge the others.
      gradient: pad === 'valid',
      ...onNative(pad),
    },
  ];
});
