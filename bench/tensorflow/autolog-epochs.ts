// Epochs of equal models (784 → 128 → 10, batches of 32) in turn: one without `autolog`, one with it, one that also logs every batch. JSON of
// the processor time of each epoch, in milliseconds, and of what `autolog` does for a batch, without the batch. Usage: autolog-epochs.ts <rounds> <backend>
import type { BackendName } from '../../src/core/stage.ts';
import { createRunRecorder } from '../../src/runtime/module/run-recorder.ts';
import { autolog, type AutologOptions } from '../../src/train.ts';
import type { Callback, History, LayersModel, Scalar } from '@tensorflow/tfjs';
import { median } from '../data/timings.ts';
import { loadBackend } from './backend.ts';

export interface AutologTimes {
  readonly batches: number;
  readonly plain: readonly number[];
  readonly logged: readonly number[];
  readonly everyBatch: readonly number[];
  /** Of the callbacks that `autolog` adds, for one batch: microseconds, median of rounds. */
  readonly callbacksUs: { readonly logged: number; readonly everyBatch: number };
}

const SAMPLES = 1280;
const BATCH = 32;

const [rounds = '9', backend = 'wasm'] = process.argv.slice(2);
const tf = await loadBackend(backend as BackendName);
const xs = tf.randomNormal([SAMPLES, 784]);
const ys = tf.oneHot(tf.randomUniform([SAMPLES], 0, 10, 'int32'), 10);
const { run } = createRunRecorder({ id: 'a'.repeat(32), base: () => process.cwd(), send: () => {} });

const rivals = [epochOf(), epochOf({}), epochOf({ everyBatches: 1 })];
for (const epoch of rivals) await epoch();
const times: number[][] = rivals.map(() => []);
for (let round = 0; round < Number(rounds); round += 1) {
  const order = [...rivals.keys()];
  for (const at of round % 2 === 0 ? order : order.toReversed()) times[at]!.push(await rivals[at]!());
}
const [plain = [], logged = [], everyBatch = []] = times;
const callbacksUs = { logged: await callbacksOf({}), everyBatch: await callbacksOf({ everyBatches: 1 }) };
process.stdout.write(`${JSON.stringify({ batches: SAMPLES / BATCH, plain, logged, everyBatch, callbacksUs } satisfies AutologTimes)}\n`);

function compiledModel(): LayersModel {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 128, activation: 'relu', inputShape: [784] }), tf.layers.dense({ units: 10, activation: 'softmax' })],
  });
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

function epochOf(options?: AutologOptions): () => Promise<number> {
  const model = compiledModel();
  if (options !== undefined) autolog(model, { run: run.child('model'), tf, logModel: false, ...options });
  return async () => {
    const before = process.cpuUsage();
    await model.fit(xs, ys, { epochs: 1, batchSize: BATCH, verbose: 0, shuffle: false });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}

/** `fit` is one that only calls what `autolog` has put behind TensorFlow.js's own callback, as for so many batches. */
async function callbacksOf(options: AutologOptions): Promise<number> {
  const calls = 5000;
  const model = compiledModel();
  const found: number[] = [];
  const fit = async (_xs: unknown, _ys: unknown, { callbacks }: { callbacks: readonly Callback[] }): Promise<History> => {
    const added = callbacks.slice(1);
    const logs = { batch: 0, size: BATCH, loss: tf.scalar(0.5), acc: tf.scalar(0.25) } as {
      batch: number;
      size: number;
      loss: Scalar;
      acc: Scalar;
    };
    for (const each of added) each.setModel(model);
    for (let round = 0; round < 10; round += 1) {
      const before = process.cpuUsage();
      for (let batch = 0; batch < calls; batch += 1) {
        for (const each of added) await each.onBatchBegin(batch, logs as never);
        for (const each of added) await each.onBatchEnd(batch, logs as never);
      }
      const { user, system } = process.cpuUsage(before);
      if (round > 0) found.push((user + system) / calls);
    }
    tf.dispose([logs.loss, logs.acc]);
    return new tf.History();
  };
  Object.assign(model, { fit });
  autolog(model, { run: run.child('model'), tf, logModel: false, ...options });
  await model.fit(xs, ys, {});
  return median(found);
}
