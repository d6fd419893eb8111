// Epochs of equal models (784 → 128 → 10, batches of 32) in turn: one without `autolog`, one with it, one that also logs every batch. JSON of
// the processor time of each epoch, in milliseconds. Usage: autolog-epochs.ts <rounds> <backend>
import type { BackendName } from '../../src/core/stage.ts';
import { createRunRecorder } from '../../src/runtime/module/run-recorder.ts';
import { autolog, type AutologOptions } from '../../src/train.ts';
import { loadBackend } from './backend.ts';

export interface AutologTimes {
  readonly batches: number;
  readonly plain: readonly number[];
  readonly logged: readonly number[];
  readonly everyBatch: readonly number[];
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
process.stdout.write(`${JSON.stringify({ batches: SAMPLES / BATCH, plain, logged, everyBatch } satisfies AutologTimes)}\n`);

function epochOf(options?: AutologOptions): () => Promise<number> {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 128, activation: 'relu', inputShape: [784] }), tf.layers.dense({ units: 10, activation: 'softmax' })],
  });
  model.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  if (options !== undefined) autolog(model, { run: run.child('model'), tf, logModel: false, ...options });
  return async () => {
    const before = process.cpuUsage();
    await model.fit(xs, ys, { epochs: 1, batchSize: BATCH, verbose: 0, shuffle: false });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}
