import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createProject, REPOSITORY } from '../../helpers/index.ts';
import { typeErrors } from './type-errors.ts';

/** What a script of the user's hands over: TensorFlow.js by either package, to everything that takes it. */
const SCRIPT = `import * as tf from '@tensorflow/tfjs';
import * as tfn from '@tensorflow/tfjs-node';
import { defineStage, startRun, type TensorFlow } from 'mlo-cli';
import { imageFolder, toTensors } from 'mlo-cli/data';
import { autolog, earlyStopping, epochProgress, learningRateScheduler, modelCheckpoint, reduceLROnPlateau } from 'mlo-cli/train';

export async function train(): Promise<void> {
  const run = await startRun({ name: 'try' });
  const model: tf.Sequential = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [64] })] });
  autolog(model, { run, tf });
  autolog({ run, tf: tfn });
  const images = imageFolder('pictures', { size: 8 });
  for await (const batch of images) {
    const { xs, ys } = toTensors(tf, batch, { oneHot: 3 });
    const same: tf.Tensor4D = toTensors(tfn, batch).xs;
    tf.dispose([xs, ys, same]);
  }
  await model.fitDataset(images.asDataset(tf, { oneHot: true }), {
    epochs: 1,
    callbacks: [
      earlyStopping({ tf }), epochProgress({ tf: tfn }), modelCheckpoint('best', { tf }),
      reduceLROnPlateau({ tf: tfn }), learningRateScheduler((epoch) => 1 / (1 + epoch), { tf }),
    ],
  });
  const both: TensorFlow[] = [tf, tfn];
  // @ts-expect-error this is not TensorFlow.js
  autolog(model, { run, tf: { version: 4 } });
  void both;
}

export default defineStage(({ tf, autolog, run }) => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] });
  autolog(model, { everyBatches: 10 });
  const sum: tfn.Tensor = tf.tidy(() => tf.ones([2]).sum());
  run.logMetric('sum', sum.dataSync()[0] ?? 0);
});
`;

it('TensorFlow.js as a CommonJS file or an ES module imports it, from either package, is what autolog, callbacks and tensors take', async () => {
  const project = await createProject({
    'package.json': '{"name": "without-type-module"}',
    'as-commonjs.ts': SCRIPT,
    'as-module.mts': SCRIPT,
  });
  await mkdir(project.path('node_modules/@tensorflow'), { recursive: true });
  await symlink(REPOSITORY, project.path('node_modules/mlo-cli'));
  for (const name of ['tfjs', 'tfjs-node'])
    await symlink(join(REPOSITORY, 'node_modules/@tensorflow', name), project.path('node_modules/@tensorflow', name));
  expect(await typeErrors(project, { files: ['as-commonjs.ts', 'as-module.mts'] })).toBe('');
});
