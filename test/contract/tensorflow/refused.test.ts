import type { Rank, Tensor5D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import type { TensorFlow } from '../../../src/runtime/tensorflow/types.ts';
import { useBackend } from '../../helpers/tensorflow-backends.ts';

const REFUSED: { readonly [work: string]: readonly [kernel: string, work: (tf: TensorFlow) => unknown] } = {
  'tf.complex': ['Complex', (tf) => tf.complex([1], [2])],
  'tf.real': ['Real', (tf) => tf.real(tf.ones([2]))],
  'tf.imag': ['Imag', (tf) => tf.imag(tf.ones([2]))],
  'tf.spectral.rfft': ['Complex', (tf) => tf.spectral.rfft(tf.ones([8]))],
  'a cast to complex64': ['Cast to complex64', (tf) => tf.cast(tf.ones([2]), 'complex64')],
  'training conv3d': [
    'Conv3DBackpropInputV2',
    (tf) =>
      tf.grad((x) => tf.conv3d<Tensor5D>(x as Tensor5D, tf.ones<Rank.R5>([2, 2, 2, 1, 1]), 1, 'same'))(tf.ones<Rank.R5>([1, 3, 3, 3, 1])),
  ],
  'training the filter of conv3d': [
    'Conv3DBackpropFilterV2',
    (tf) =>
      tf.grad((filter) => tf.conv3d<Tensor5D>(tf.ones<Rank.R5>([1, 3, 3, 3, 1]), filter as Tensor5D, 1, 'same'))(
        tf.ones<Rank.R5>([2, 2, 2, 1, 1]),
      ),
  ],
  'tf.conv3dTranspose': [
    'Conv3DBackpropInputV2',
    (tf) => tf.conv3dTranspose(tf.ones<Rank.R5>([1, 2, 2, 2, 1]), tf.ones<Rank.R5>([2, 2, 2, 1, 1]), [1, 2, 2, 2, 1], 1, 'same'),
  ],
};

describe('what wasm would compute wrongly or not at all', () => {
  it.each(Object.entries(REFUSED))('%s is refused with the name of the kernel and the way out', async (_, [kernel, work]) => {
    const tf = await useBackend('wasm');
    tf.tidy(() => {
      const error = thrownBy(() => work(tf));
      expect(error).toBeInstanceOf(MloError);
      expect(error).toMatchObject({ code: 'MLO_BACKEND' });
      expect((error as MloError).message).toContain(`backend wasm does not compute ${kernel}:`);
      expect((error as MloError).hint).toMatch(/backend: cpu.*backend: native/);
    });
  });

  it('is computed on cpu in the same process', async () => {
    const tf = await useBackend('cpu');
    tf.tidy(() => {
      expect(tf.abs(tf.spectral.rfft(tf.tensor1d([1, 2, 3, 4]))).dataSync()[0]).toBeCloseTo(10, 5);
      expect(tf.conv3d<Tensor5D>(tf.ones<Rank.R5>([1, 3, 3, 3, 1]), tf.ones<Rank.R5>([2, 2, 2, 1, 1]), 1, 'valid').dataSync()[0]).toBe(8);
    });
  });

  it('leaves forward 3-D convolutions and everything after a refusal as they were', async () => {
    const tf = await useBackend('wasm');
    thrownBy(() => tf.complex([1], [2]));
    tf.tidy(() => {
      expect(tf.conv3d<Tensor5D>(tf.ones<Rank.R5>([1, 3, 3, 3, 1]), tf.ones<Rank.R5>([2, 2, 2, 1, 1]), 1, 'valid').dataSync()[0]).toBe(8);
      expect(tf.sum(tf.conv2d(tf.ones<Rank.R4>([1, 3, 3, 1]), tf.ones<Rank.R4>([2, 2, 1, 1]), 1, 'valid')).dataSync()[0]).toBe(16);
      expect(tf.conv1d(tf.ones<Rank.R3>([1, 3, 1]), tf.ones<Rank.R3>([2, 1, 1]), 1, 'valid').dataSync()[0]).toBe(2);
    });
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
