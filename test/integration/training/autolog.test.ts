import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProject } from '../../helpers/index.ts';
import { logged, trainingProject } from './training-project.ts';

const WEIGHTS = `const weights = () => Buffer.concat(model.getWeights().map((each) => Buffer.from(each.dataSync().buffer))).toString('hex');`;

describe('autolog', () => {
  it('records a training under the names of MLflow', async () => {
    const project = await trainingProject(`autolog(model);\nawait fit({ validationSplit: 0.25 });`);
    const { error, records, stdout, stderr } = await project.run();
    expect({ error, stderr }).toEqual({ error: undefined, stderr: '' });
    const { params, metrics, artifacts, models, tags } = logged(records);
    expect(params).toMatchObject({
      epochs: 3,
      batch_size: 16,
      validation_split: 0.25,
      shuffle: true,
      class_weight: null,
      initial_epoch: 0,
      opt_name: 'Adam',
      opt_learning_rate: 0.01,
      opt_beta_1: expect.closeTo(0.9, 5),
      opt_beta_2: expect.closeTo(0.999, 5),
      opt_epsilon: expect.closeTo(1e-7, 8),
    });
    expect(Object.keys(metrics).toSorted()).toEqual(['accuracy', 'loss', 'val_accuracy', 'val_loss']);
    expect(metrics['loss']?.map(([step]) => step)).toEqual([0, 1, 2]);
    expect(artifacts).toEqual(['model_summary.txt']);
    expect(tags).toEqual({});
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(
        /^epoch 1\/3: val_loss [\d.]+, val_accuracy [\d.]+, loss [\d.]+, accuracy [\d.]+ \([\d.]+ m?s, [\d.]+ m?s left\)$/,
      ),
      expect.stringMatching(/^epoch 2\/3: /),
      expect.stringMatching(/^epoch 3\/3: .* \([\d.]+ s\)$/),
      '',
    ]);
    expect(models).toMatchObject([{ name: 'model', modelType: 'tfjs-layers', temporary: true }]);
    const folder = models[0]?.path as string;
    expect(JSON.parse(await readFile(join(folder, 'signature.json'), 'utf8'))).toEqual({
      inputs: [{ name: 'hidden_input', dtype: 'float32', shape: [-1, 3] }],
      outputs: [{ name: 'classes', dtype: 'float32', shape: [-1, 2] }],
    });
    expect(JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'))).toMatchObject({ modelTopology: { class_name: 'Sequential' } });
    await rm(folder, { recursive: true });
  });

  it('changes neither the weights nor the history, whatever callbacks there are', async () => {
    const callbacks = [
      '',
      `callbacks: { onEpochEnd: async () => {} }`,
      `callbacks: [tf.callbacks.earlyStopping({ monitor: 'loss', patience: 9 })]`,
    ];
    for (const given of callbacks) {
      const outputs = [];
      for (const first of [
        '',
        'autolog(model, { progress: false, everyBatches: 1, logModel: false });',
        'autolog({ progress: false, logModel: false });',
      ]) {
        const project = await trainingProject(
          `${WEIGHTS}\n${first}\nconst { history } = await fit({ ${given} });\nlog(JSON.stringify(history), weights());`,
        );
        const { error, stdout } = await project.run();
        expect(error).toBeUndefined();
        outputs.push(stdout);
      }
      expect(outputs[0]).toMatch(/^\{"loss":\[/);
      expect(outputs[1]).toBe(outputs[0]);
      expect(outputs[2]).toBe(outputs[0]);
    }
  });

  it('records all models of a stage once each, and keeps the second one apart from the first', async () => {
    const project = await trainingProject(`autolog({ logModel: false });
      await fit();
      const other = build();
      await fit({ epochs: 2 }, other);
      const plain = tf.model({ inputs: model.inputs, outputs: model.outputs, name: 'plain' });
      plain.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy' });
      await plain.fitDataset(tf.data.zip({ xs: tf.data.array(xs.arraySync()), ys: tf.data.array(ys.arraySync()) }).batch(10), { epochs: 1, verbose: 0 });`);
    const { error, records, stderr } = await project.run();
    expect({ error, stderr }).toEqual({ error: undefined, stderr: '' });
    const { params, metrics, artifacts } = logged(records);
    expect(metrics['loss']).toHaveLength(3);
    expect(metrics['clouds/loss']).toHaveLength(2);
    expect(metrics['plain/loss']).toHaveLength(1);
    expect(params).toMatchObject({
      epochs: 3,
      'clouds/epochs': 2,
      'plain/opt_name': 'SGD',
      'plain/opt_learning_rate': 0.1,
      'plain/batch_size': 10,
    });
    expect(artifacts).toEqual(['model_summary.txt', 'clouds/model_summary.txt', 'plain/model_summary.txt']);
  });

  it('logs to a nested run, and batches where they are asked for', async () => {
    const project = await trainingProject(`await run.child('fold', async (fold) => {
        const logging = autolog(model, { run: fold, everyBatches: 2, logModel: false });
        await fit({ epochs: 2 });
        logging.stop();
        await fit();
      });`);
    const { error, records } = await project.run();
    expect(error).toBeUndefined();
    const fold = records.find((record) => record.type === 'child-start')?.run;
    expect(records.filter((record) => record.type === 'metrics').map(({ run }) => run === fold)).not.toContain(false);
    const { metrics } = logged(records);
    // Three batches an epoch.
    expect(metrics['batch_loss']?.map(([step]) => step)).toEqual([0, 2, 4]);
    expect(metrics['loss']?.map(([step]) => step)).toEqual([0, 1]);
  });

  it('says at once where the loss is not a number, marks the run, and stops where it is told to', async () => {
    for (const [onNaN, epochs] of [
      ['warn', 3],
      ['stop', 1],
    ] as const) {
      const project = await trainingProject(`model.compile({ optimizer: tf.train.sgd(1e30), loss: 'meanSquaredError' });
        autolog(model, { onNaN: '${onNaN}', logModel: false });
        const { history } = await fit();
        log(history.loss.length);`);
      const { error, records, stdout, stderr } = await project.run();
      expect(error).toBeUndefined();
      expect(stderr).toMatch(/^mlo: the loss of 'clouds' is (NaN|Infinity) at epoch 1\/3, batch \d.*\n$/);
      expect(logged(records).tags['mlo.nan_loss']).toMatch(/^epoch 1\/3, batch \d$/);
      expect(stdout.trimEnd().split('\n').at(-1)).toBe(String(epochs));
    }
  });

  it('keeps the value of a param that the run has, and says so', async () => {
    const project = await trainingProject(`autolog(model, { logModel: false });\nawait fit();\nawait fit({ epochs: 5, initialEpoch: 3 });`);
    const { error, records, stderr } = await project.run({ params: { batch_size: 8 }, declaredParams: ['batch_size'] });
    expect(error).toBeUndefined();
    expect(stderr.trimEnd().split('\n')).toEqual(
      [
        'mlo: autolog: the run keeps batch_size = 8; this training has 16',
        'mlo: autolog: the run keeps batch_size = 8; this training has 16',
        'mlo: autolog: the run keeps epochs = 3; this training has 5',
        'mlo: autolog: the run keeps initial_epoch = 0; this training has 3',
      ].toSorted((a, b) => stderr.indexOf(a) - stderr.indexOf(b)),
    );
    const { metrics, params } = logged(records);
    expect(params).toMatchObject({ epochs: 3 });
    expect(params).not.toHaveProperty('batch_size');
    expect(metrics['loss']?.map(([step]) => step)).toEqual([0, 1, 2, 3, 4]);
  });

  it('leaves no tensor behind in a thousand steps, whatever callbacks there are', async () => {
    const project = await trainingProject(`autolog({ everyBatches: 1, progress: false });
      const round = () => fit({ epochs: 100, batchSize: 8, validationSplit: 0.25, callbacks: [
        train.earlyStopping({ patience: 200, restoreBestWeights: true }), train.reduceLROnPlateau({ patience: 5 }), train.learningRateScheduler((epoch, rate) => rate),
        train.modelCheckpoint(outs.best, { saveBestOnly: true }), train.epochProgress(),
      ] });
      await fit({ epochs: 1 });
      const before = tf.memory().numTensors;
      await round(); await round(); await round();
      log('tensors', tf.memory().numTensors - before);`);
    const { error, stdout, records } = await project.run({
      outs: { best: project.path('best') },
      // Nobody takes the models here: they go with the project.
      env: { ...process.env, NODE_OPTIONS: '', TMPDIR: project.root } as { [name: string]: string },
    });
    expect(error).toBeUndefined();
    expect(stdout).toContain('\ntensors 0\n');
    expect(logged(records).metrics['batch_loss']?.length).toBeGreaterThan(1000);
  });

  it.each([
    ["autolog(model, { onNaN: 'explode' })", "onNaN must be 'warn' or 'stop'"],
    ['autolog(model, { everyBatches: 0.5 })', 'everyBatches must be a whole number, found 0.5'],
  ])('refuses %s', async (call, message) => {
    const { error } = await (await trainingProject(call)).run();
    expect(error?.message).toContain(message);
  });

  it('keeps the model with the run of a repro, and removes the folder it was handed over in', async () => {
    const project = await createProject({
      '.mlo/config.yaml': '',
      'pipeline.yaml': 'stages:\n  train:\n    run: train.ts\n    backend: cpu\n    outs: {model: model}\n',
      'train.ts': `import { defineStage } from 'mlo-cli';
        export default defineStage(async ({ tf, autolog, outs }) => {
          const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
          model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
          autolog(model);
          await model.fit(tf.tensor2d([[1], [2]]), tf.tensor2d([[2], [4]]), { epochs: 2 });
          await model.save('file://' + outs.model);
        });`,
    });
    await project.write({ 'tmp/here': '' });
    expect(await project.mlo(['repro'], { env: { TMPDIR: project.path('tmp') } })).toMatchObject({ code: 0 });
    const list = (await project.mlo(['runs', 'list', '--all', '--json'])).json<{ data: { runs: { id: string; name: string }[] } }>();
    const id = list.data.runs.find(({ name }) => name === 'train')?.id as string;
    const { stdout } = await project.mlo(['runs', 'show', id, '--json']);
    expect(stdout).toContain('"opt_learning_rate"');
    expect(stdout).toContain('"tfjs-layers"');
    expect(await project.run('ls', ['tmp'])).toMatchObject({ stdout: 'here\n' });
  });
});
