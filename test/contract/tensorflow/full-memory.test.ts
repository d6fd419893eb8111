import { beforeAll, expect, it } from 'vitest';
import { prepareTensorFlow } from '../../../src/runtime/tensorflow/load-tensorflow.ts';
import type { TensorFlow } from '../../../src/runtime/tensorflow/types.ts';
import { temporaryFolder } from '../../helpers/index.ts';

interface Allocating {
  makeOutput(shape: readonly number[], dtype: 'float32'): { readonly dataId: object };
  disposeData(dataId: object, force: boolean): void;
}

const FULL = {
  code: 'MLO_BACKEND',
  message: expect.stringMatching(/^The backend wasm ran out of memory: of its 4 GB there are no .* MB left/),
};

let tf: TensorFlow;

beforeAll(async () => {
  ({ tf } = await prepareTensorFlow('wasm', await temporaryFolder()));
});

it('wasm says when its memory is full, and what was there stays right', () => {
  const known = tf.range(0, 1000);
  const backend = tf.backend() as unknown as Allocating;
  const big: object[] = [];
  // Untouched pages cost nothing.
  const fill = (): void => {
    for (let count = 0; count < 64; count += 1) big.push(backend.makeOutput([1 << 25], 'float32').dataId);
  };
  expect(fill).toThrow(expect.objectContaining(FULL));
  expect(big.length).toBeGreaterThan(16);
  expect(() => tf.tensor1d(new Float32Array(1 << 25))).toThrow(expect.objectContaining(FULL));
  expect(known.sum().dataSync()[0]).toBe(499_500);
  for (const dataId of big) backend.disposeData(dataId, true);
  expect(
    tf
      .matMul(tf.ones([50, 50]), tf.ones([50, 50]))
      .sum()
      .dataSync()[0],
  ).toBe(125_000);
});

it('wasm refuses a tensor that is larger than its memory', () => {
  expect(() => tf.tile(tf.ones([1024]), [2 ** 21])).toThrow(expect.objectContaining(FULL));
  expect(tf.ones([4]).sum().dataSync()[0]).toBe(4);
});
