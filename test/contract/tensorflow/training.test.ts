import { describe, expect, it } from 'vitest';
import type { Optimizer } from '@tensorflow/tfjs';
import type { TensorFlow } from '../../../src/runtime/tensorflow/types.ts';
import { COMPARED_BACKENDS, useBackend } from '../../helpers/tensorflow-backends.ts';
import { basicCnn, leNet, mobile, perceptron, recurrent, residual, train, type Network, type Training } from './networks.ts';

const NETWORKS: { readonly [name: string]: (tf: TensorFlow) => Network } = {
  'LeNet-5': (tf) => leNet(tf, 8),
  'a basic CNN': basicCnn,
  'a residual network like ResNet50': residual,
  'depthwise, separable and transposed convolutions': mobile,
  'a perceptron with batch normalisation and dropout': perceptron,
  'embedding and LSTM': (tf) => recurrent(tf, 'lstm'),
  'embedding and GRU': (tf) => recurrent(tf, 'gru'),
};

const OPTIMIZERS: { readonly [name: string]: (tf: TensorFlow) => Optimizer } = {
  sgd: (tf) => tf.train.sgd(0.05),
  momentum: (tf) => tf.train.momentum(0.05, 0.9),
  'nesterov momentum': (tf) => tf.train.momentum(0.05, 0.9, true),
  adam: (tf) => tf.train.adam(0.002),
  rmsprop: (tf) => tf.train.rmsprop(0.002, 0.9, 0.1),
  adagrad: (tf) => tf.train.adagrad(0.02),
};

describe.each(COMPARED_BACKENDS)('the first three updates on %s and on cpu', (backend) => {
  it.each(Object.entries(NETWORKS))('%s: losses equal to 1e-5, weights to 1e-4', async (name, build) => {
    await expectSame(backend, name, build, (tf) => tf.train.momentum(0.05, 0.9));
  });

  it.each(Object.entries(OPTIMIZERS))('%s moves weights alike', async (name, optimizer) => {
    await expectSame(backend, `perceptron, ${name}`, perceptron, optimizer);
  });

  it('LeNet-5 with Adam has equal losses', async () => {
    const [expected, found] = await both(
      backend,
      'LeNet-5 with Adam',
      (tf) => leNet(tf, 16),
      (tf) => tf.train.adam(0.001),
    );
    expect(found.losses).toHaveLength(3);
    for (const [at, loss] of expected.losses.entries()) expect(Math.abs((found.losses[at] as number) - loss)).toBeLessThan(1e-5);
    expect(expected.losses[2]).toBeLessThan(expected.losses[0] as number);
  });
});

/** What cpu makes of a network: asked once for all backends that are compared with it. */
const onCpu = new Map<string, Promise<Training>>();

async function both(
  backend: (typeof COMPARED_BACKENDS)[number],
  what: string,
  build: (tf: TensorFlow) => Network,
  optimizer: (tf: TensorFlow) => Optimizer,
): Promise<readonly [Training, Training]> {
  const expected = onCpu.get(what) ?? useBackend('cpu').then(async (tf) => await train(tf, build, optimizer));
  onCpu.set(what, expected);
  return [await expected, await train(await useBackend(backend), build, optimizer)];
}

async function expectSame(...what: Parameters<typeof both>): Promise<void> {
  const [expected, found] = await both(...what);
  expect(new Set(expected.losses).size).toBe(3);
  for (const [at, loss] of expected.losses.entries())
    expect(Math.abs((found.losses[at] as number) - loss), `loss ${at}`).toBeLessThan(1e-5 * Math.max(1, loss));
  expect(found.weights.map((weights) => weights.length)).toEqual(expected.weights.map((weights) => weights.length));
  for (const [at, weights] of expected.weights.entries()) {
    const largest = Math.max(...weights.map(Math.abs), 1e-2);
    const difference = Math.max(...weights.map((value, index) => Math.abs(value - (found.weights[at]?.[index] as number))));
    expect(difference, `weights ${at}`).toBeLessThan(1e-4 * largest);
  }
}
