import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { epochProgress } from '../../../src/train.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

it.each(['fit', 'fitDataset'] as const)('%s that goes on at a later epoch tells how long the rest will take', async (way) => {
  const tf = await import('@tensorflow/tfjs');
  await tf.setBackend('cpu');
  const batch = () => ({ xs: tf.ones([2, 1]), ys: tf.ones([2, 1]) });
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones' })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const lines: string[] = [];
  const second = { onEpochBegin: async () => void vi.advanceTimersByTime(2000) };
  const options = { initialEpoch: 50, epochs: 53, verbose: 0, callbacks: [second, epochProgress({ tf, log: (line) => lines.push(line) })] };
  if (way === 'fit') await model.fit(batch().xs, batch().ys, options);
  else
    await model.fitDataset(
      tf.data.generator(function* () {
        yield batch();
      }),
      options,
    );
  expect(lines.map((line) => line.replace(/: .* \(/, ' ('))).toEqual([
    'epoch 51/53 (2.0 s, 4.0 s left)',
    'epoch 52/53 (2.0 s, 2.0 s left)',
    'epoch 53/53 (2.0 s)',
  ]);
  tf.disposeVariables();
});
