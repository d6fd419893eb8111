import { describe, expect, it } from 'vitest';
import type { TensorFlow } from '../../../src/runtime/tensorflow/types.ts';
import { COMPARED_BACKENDS, useBackend } from '../../helpers/tensorflow-backends.ts';
import { basicCnn, mobile, perceptron, recurrent, type Network } from './networks.ts';

/** 1,000 steps in all, where a heap can grow. */
const NETWORKS: { readonly [name: string]: readonly [build: (tf: TensorFlow) => Network, steps: number] } = {
  'a basic CNN': [basicCnn, 400],
  'depthwise, separable and transposed convolutions': [mobile, 300],
  'embedding and LSTM': [(tf) => recurrent(tf, 'lstm'), 150],
  'a perceptron': [perceptron, 150],
};

/** Where only tensors are counted, exactly: what is left behind by one step is seen after a few. */
const STEPS_TO_COUNT = 40;

describe.each(COMPARED_BACKENDS)('training on %s', (backend) => {
  it.each(Object.entries(NETWORKS))('%s leaves no tensor and no memory behind', async (_, [build, steps]) => {
    const tf = await useBackend(backend);
    const { model, xs, ys } = build(tf);
    model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy' });
    const step = async (times: number): Promise<void> => {
      for (let at = 0; at < times; at += 1) await model.trainOnBatch(xs, ys);
    };
    await step(10);
    const before = { tensors: tf.memory().numTensors, ...dataOf(tf) };
    await step((before.heapBytes > 0 ? steps : STEPS_TO_COUNT) - 10);
    expect({ tensors: tf.memory().numTensors, ...dataOf(tf) }).toEqual(before);
  });
});

/** What the backend itself holds: tensors of kernels that the engine never hears of, and the heap, which grows and never shrinks. */
function dataOf(tf: TensorFlow): { readonly data: number; readonly heapBytes: number } {
  const backend = tf.backend() as unknown as { numDataIds(): number; readonly wasm?: { readonly HEAPU8: Uint8Array } };
  return { data: backend.numDataIds(), heapBytes: backend.wasm?.HEAPU8.byteLength ?? 0 };
}
