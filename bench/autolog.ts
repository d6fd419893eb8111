import { createRunRecorder } from '../src/runtime/module/run-recorder.ts';
import { prepareTensorFlow } from '../src/runtime/tensorflow/load-tensorflow.ts';
import { autolog, type AutologOptions } from '../src/train.ts';

const USAGE = `node bench/autolog.ts [rounds] [wasm|cpu]      (or: npm run bench -- autolog [rounds] [backend])

What autolog adds to a batch of training: the same epochs of three equal models (784 → 128 → 10, batches of 32), one without it, one with it, one that
also logs every batch; in turn, CPU time (user and system), medians of the ratios round by round. Default: 9 rounds, wasm.
`;

const SAMPLES = 1280;
const BATCH = 32;

export async function main([rounds = '9', backend = 'wasm']: readonly string[]): Promise<number> {
  if (!/^\d+$/.test(rounds) || (backend !== 'wasm' && backend !== 'cpu')) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { tf } = await prepareTensorFlow(backend, process.cwd());
  const xs = tf.randomNormal([SAMPLES, 784]);
  const ys = tf.oneHot(tf.randomUniform([SAMPLES], 0, 10, 'int32'), 10);
  const { run } = createRunRecorder({ id: 'a'.repeat(32), base: () => process.cwd(), send: () => {} });

  function epochOf(options?: AutologOptions): () => Promise<number> {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 128, activation: 'relu', inputShape: [784] }),
        tf.layers.dense({ units: 10, activation: 'softmax' }),
      ],
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

  const rivals = [epochOf(), epochOf({}), epochOf({ everyBatches: 1 })];
  for (const epoch of rivals) await epoch();
  const times: number[][] = rivals.map(() => []);
  for (let round = 0; round < Number(rounds); round += 1) {
    const order = [...rivals.keys()];
    for (const at of round % 2 === 0 ? order : order.toReversed()) times[at]!.push(await rivals[at]!());
  }
  const [plain = [], logged = [], everyBatch = []] = times;
  const ratio = (to: readonly number[]): string => median(to.map((ms, round) => ms / plain[round]!)).toFixed(3);
  process.stdout.write(
    `Node ${process.version}, ${backend}, ${rounds} rounds: a batch takes ${((median(plain) * BATCH) / SAMPLES).toFixed(2)} ms; ` +
      `with autolog ${ratio(logged)}x, with every batch logged ${ratio(everyBatch)}x (target ≤ 1.02x)\n`,
  );
  return 0;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
