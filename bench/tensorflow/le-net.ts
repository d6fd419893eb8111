import { parseArgs } from 'node:util';
import type { BackendName } from '../../src/core/stage.ts';
import type { LayersModel, Tensor } from '@tensorflow/tfjs';
import { loadBackend } from './backend.ts';
import { readImages } from './images.ts';
import { leNet } from './le-net-model.ts';

// LeNet-5 on one backend, in a process of its own, and what it took as JSON on stdout.

export interface LeNetTimes {
  /** Of each epoch, the first one included. */
  readonly epochs: readonly { readonly wallMs: number; readonly cpuMs: number; readonly loss: number }[];
  /** One image by `predict` and `dataSync`, after 50 of them. */
  readonly predictionsMs: readonly number[];
}

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'wasm' },
    data: { type: 'string', default: '' },
    images: { type: 'string', default: '720' },
    epochs: { type: 'string', default: '0' },
    predictions: { type: 'string', default: '0' },
  },
});

const tf = await loadBackend(values.backend as BackendName);
const { xs, ys } = readImages(tf, values.data, Number(values.images));
const model = leNet(tf);
model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
const epochs: LeNetTimes['epochs'][number][] = [];
for (let epoch = 0; epoch < Number(values.epochs); epoch += 1) {
  const [cpu, started] = [process.cpuUsage(), performance.now()];
  const { history } = await model.fit(xs, ys, { epochs: 1, batchSize: 32, shuffle: false, verbose: 0 });
  const { user, system } = process.cpuUsage(cpu);
  epochs.push({ wallMs: performance.now() - started, cpuMs: (user + system) / 1000, loss: history['loss']?.[0] as number });
}
const predictionsMs = predictions(model, tf.slice(xs, 0, 1), Number(values.predictions));
process.stdout.write(`${JSON.stringify({ epochs, predictionsMs } satisfies LeNetTimes)}\n`);

function predictions(predictor: LayersModel, image: Tensor, count: number): readonly number[] {
  const times: number[] = [];
  for (let at = 0; at < (count === 0 ? 0 : count + 50); at += 1) {
    const started = performance.now();
    const found = predictor.predict(image) as Tensor;
    found.dataSync();
    times.push(performance.now() - started);
    found.dispose();
  }
  return times.slice(50);
}
