import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createStageProject, stage } from './stage-project.ts';

const TRAIN = stage(
  `const { tf } = context;
   const model = tf.sequential({ layers: [
     tf.layers.dense({ units: 8, activation: 'relu', inputShape: [3] }), tf.layers.dropout({ rate: 0.2 }), tf.layers.dense({ units: 2, activation: 'softmax' }),
   ] });
   model.compile({ optimizer: tf.train.adam(0.05), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
   const xs = tf.randomNormal([64, 3]);
   const ys = tf.oneHot(xs.slice([0, 0], [64, 1]).greater(0).cast('int32').reshape([64]), 2);
   await model.fit(xs, ys, { epochs: 8, batchSize: 16, shuffle: true, verbose: 0, callbacks: { onEpochEnd: async (epoch, logs) => run.logMetric('loss', logs.loss, { step: epoch }) } });
   await model.save('file://' + outs.model);
   log(tf.getBackend());`,
);

describe('TensorFlow.js in a stage', () => {
  it('trains a dense network on wasm to the same bytes in every run, in a thread and in a process, and says nothing itself', async () => {
    const project = await createStageProject({ 'stages/train.ts': TRAIN });
    const results = [];
    for (const [name, isolate] of [
      ['a', 'worker'],
      ['b', 'worker'],
      ['c', 'process'],
    ] as const) {
      const { error, stdout, stderr, records, backend } = await project.run({ isolate, outs: { model: project.path(name) } });
      expect(error).toBeUndefined();
      expect({ stdout, stderr, backend }).toEqual({ stdout: 'wasm\n', stderr: '', backend: { name: 'wasm', version: '4.22.0' } });
      const losses = records.flatMap((record) =>
        record.type === 'metrics' ? record.batches.flatMap((batch) => Array.from(batch.values)) : [],
      );
      expect(losses).toHaveLength(8);
      expect(losses.at(-1)).toBeLessThan(losses[0] as number);
      results.push({
        losses,
        model: await readFile(project.path(`${name}/model.json`), 'utf8'),
        weights: (await readFile(project.path(`${name}/weights.bin`))).toString('hex'),
      });
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('is the same for a stage that imports it, also at the top level of a module', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `const { tf: own } = context; log(own.scalar(1) instanceof tf.Tensor, three.dataSync()[0], tf.getBackend());`,
        `import * as tf from '@tensorflow/tfjs';\nconst three = tf.scalar(1).add(2);`,
      ),
    });
    const { error, stdout, stderr } = await project.run();
    expect(error).toBeUndefined();
    expect(stderr).toBe('');
    expect(stdout).toBe('true 3 wasm\n');
  });

  it('runs on the backend that the stage asks for, or says that it cannot', async () => {
    const project = await createStageProject({ 'stages/train.ts': stage(`log(context['t' + 'f'].getBackend());`) });
    expect(await project.run({ backend: 'cpu' })).toMatchObject({ stdout: 'cpu\n', stderr: '', backend: { name: 'cpu' } });
    expect(await project.run({ backend: 'wasm' })).toMatchObject({ stdout: 'wasm\n' });
    const { error } = await project.run({ backend: 'native' });
    expect(error).toMatchObject({ code: 'MLO_BACKEND' });
    expect(error?.message).toBe('The backend native cannot be used: it has not been installed');
    expect(error?.hint).toBe('mlo backend install');
    const unprepared = await project.run();
    expect(unprepared.error).toMatchObject({ code: 'MLO_BACKEND', hint: 'backend: wasm' });
    expect(unprepared.backend).toBeUndefined();
  });

  it('loads what it has saved, from the folder or the JSON file, and refuses weights outside of it', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `const { tf } = context;
         const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] });
         await model.save('file://' + outs.model);
         const x = tf.ones([1, 3]);
         for (const place of [outs.model, outs.model + '/model.json']) {
           const again = await tf.loadLayersModel('file://' + place);
           log(tf.util.arraysEqual(again.predict(x).dataSync(), model.predict(x).dataSync()));
         }`,
      ),
      'stages/load.ts': stage(`await context.tf.loadLayersModel('file://' + deps.model);`),
    });
    const model = project.path('my model %20');
    const saved = await project.run({ outs: { model } });
    expect(saved.error).toBeUndefined();
    expect(saved.stdout).toBe('true\ntrue\n');
    const text = await readFile(`${model}/model.json`, 'utf8');
    for (const path of ['../weights.bin', '/etc/passwd', 'a\\\\..\\\\b']) {
      await writeFile(`${model}/model.json`, text.replace('"weights.bin"', `"${path}"`));
      const { error } = await project.run({ module: project.path('stages/load.ts'), deps: { model } });
      expect(error?.code).toBe('MLO_PATH_UNSAFE');
    }
  });

  it('computes on wasm what 4.22.0 gets wrong or refuses there, as on cpu', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `const { tf } = context;
         log(tf.tensor1d([-1, 0.4, 300, 0]).cast('bool').cast('float32').sum().dataSync()[0]);
         log(Array.from(tf.math.confusionMatrix(tf.tensor1d([0, 1, 1], 'int32'), tf.tensor1d([0, 1, 0], 'int32'), 2).dataSync()).join());
         const x = tf.tensor4d([-4, -1, -2, -3], [1, 2, 2, 1]);
         log(Array.from(tf.grad((input) => tf.maxPool(input, 2, 2, 'valid').sum())(x).dataSync()).join());
         log(Array.from(tf.einsum('ij,jk->ik', tf.ones([2, 2]), tf.ones([2, 2])).dataSync()).join());
         const before = tf.memory().numTensors;
         const embedding = tf.sequential({ layers: [tf.layers.embedding({ inputDim: 4, outputDim: 2, inputLength: 3 }), tf.layers.flatten(), tf.layers.dense({ units: 1 })] });
         embedding.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
         const history = await embedding.fit(tf.tensor2d([[0, 1, 2], [1, 2, 3]]), tf.tensor2d([[1], [0]]), { epochs: 3, verbose: 0 });
         log(history.history.loss.every(Number.isFinite));`,
      ),
    });
    const [wasm, cpu] = [await project.run({ backend: 'wasm' }), await project.run({ backend: 'cpu' })];
    expect(wasm.error ?? cpu.error).toBeUndefined();
    expect(wasm.stdout).toBe('3\n1,0,1,1\n0,1,0,0\n2,2,2,2\ntrue\n');
    expect(cpu.stdout).toBe(wasm.stdout);
  });

  it('fails a stage on wasm by name where only another backend computes what it asks for', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(`const { tf } = context; log(tf.abs(tf.spectral.rfft(tf.tensor1d([1, 2, 3, 4]))).dataSync()[0]);`),
    });
    const { error } = await project.run({ backend: 'wasm' });
    expect(error).toMatchObject({ code: 'MLO_BACKEND' });
    expect(error?.message).toContain('The backend wasm does not compute Complex: its memory holds no complex numbers.');
    expect(error?.hint).toContain('backend: cpu');
    expect(await project.run({ backend: 'cpu' })).toMatchObject({ stdout: '10\n', stderr: '' });
  });

  it('counts the tensors that were not disposed, weights and states of optimizers aside, and says nothing itself', async () => {
    const project = await createStageProject({
      'stages/train.ts': stage(
        `context.tf.scalar(1); context.tf.variable(context.tf.zeros([5])); context.tf.tidy(() => { context.tf.scalar(2) });`,
      ),
    });
    const { log, stdout, stderr, leaks } = await project.run();
    expect(leaks).toEqual({ tensors: 2, bytes: 24 });
    expect(log + stdout + stderr).toBe('');
  });
});
