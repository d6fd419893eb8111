import { writeSync } from 'node:fs';
import type { TensorFlow } from '../types.ts';
import { silenceTensorFlow } from '../silence.ts';
import { loadNative } from './load-native.ts';
import type { NativeBuild } from './types.ts';

/** Takes the same training step on two backends, of a network that has what small image classifiers have. */
async function trainedWeights(tf: TensorFlow, backend: string): Promise<Float32Array> {
  await tf.setBackend(backend);
  const glorot = (seed: number) => tf.initializers.glorotUniform({ seed });
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1], kernelInitializer: glorot(1) }),
      tf.layers.maxPooling2d({ poolSize: 2 }),
      tf.layers.flatten(),
      tf.layers.dense({ units: 2, activation: 'softmax', kernelInitializer: glorot(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
  const xs = tf.randomUniform([4, 8, 8, 1], 0, 1, 'float32', 3);
  const ys = tf.oneHot(tf.tensor1d([0, 1, 1, 0], 'int32'), 2);
  await model.fit(xs, ys, { epochs: 1, batchSize: 4, shuffle: false, verbose: 0 });
  const weights = model.getWeights().map((weight) => weight.dataSync() as Float32Array);
  return Float32Array.from(weights.flatMap((each) => [...each]));
}

const build = JSON.parse(process.argv[2] ?? '') as NativeBuild;
silenceTensorFlow();
const { tf, tensorflow } = loadNative(build);
const native = await trainedWeights(tf, 'tensorflow');
const cpu = await trainedWeights(tf, 'cpu');
const difference = native.reduce((most, value, at) => Math.max(most, Math.abs(value - (cpu[at] as number))), 0);
// The answer to the process that asks.
writeSync(1, JSON.stringify({ tensorflow, difference }));
