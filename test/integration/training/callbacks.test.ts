import { existsSync } from 'node:fs';
import { readdir, readFile, rename } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { logged, trainingProject } from './training-project.ts';

/** The loss of each epoch is what the list says: a callback before all others puts it there. */
const SCRIPTED = (values: readonly number[]): string => `const scripted = Object.assign(new tf.CustomCallback({}), {
  async onEpochEnd(epoch, logs) { logs.val_loss = ${JSON.stringify(values)}[epoch]; } });
  const epochs = ${values.length};\n`;

describe('callbacks', () => {
  it('early stopping brings the weights of the best epoch back, and autolog tells which', async () => {
    const project = await trainingProject(`${SCRIPTED([3, 2, 2.5, 2.6, 1])}
      autolog(model, { logModel: false });
      const bytes = () => model.getWeights().map((each) => Buffer.from(each.dataSync().slice().buffer).toString('hex')).join();
      const seen = [];
      const look = Object.assign(new tf.CustomCallback({}), { async onEpochEnd() { seen.push(bytes()); } });
      const { epoch } = await fit({ epochs, callbacks: [scripted, look, train.earlyStopping({ patience: 2, restoreBestWeights: true })] });
      log(JSON.stringify(epoch), seen.indexOf(bytes()));`);
    const { error, stdout, records } = await project.run();
    expect(error).toBeUndefined();
    expect(stdout).toContain('early stopping after epoch 4: val_loss has not improved for 2 epochs, weights of epoch 2 restored\n');
    expect(stdout).toContain('\n[0,1,2,3] 1\n');
    const { metrics, params } = logged(records);
    expect(metrics['stopped_epoch']).toEqual([[0, 3]]);
    expect(metrics['restored_epoch']).toEqual([[0, 1]]);
    expect(metrics['val_loss']).toEqual([
      [0, 3],
      [1, 2],
      [2, 2.5],
      [3, 2.6],
      [4, 2],
    ]);
    expect(params).toMatchObject({ monitor: 'val_loss', patience: 2, min_delta: 0, baseline: null, restore_best_weights: true });
  });

  it.each(['sgd(1)', 'momentum(1, 0.5)', 'adam(1)', 'rmsprop(1)', 'adagrad(1)', 'adadelta(1)', 'adamax(1)'])(
    'the rate of %s is reduced on a plateau, and trains so',
    async (optimizer) => {
      const project = await trainingProject(`${SCRIPTED([1, 1, 1, 1])}
        model.compile({ optimizer: tf.train.${optimizer}, loss: 'meanSquaredError' });
        const { history } = await fit({ epochs, callbacks: [scripted, train.reduceLROnPlateau({ factor: 1e-30, patience: 1 })] });
        const before = model.getWeights()[0].dataSync().slice();
        await fit({ epochs: 1, callbacks: [] });
        const after = model.getWeights()[0].dataSync();
        log(JSON.stringify(history.learning_rate.slice(0, 3)), Math.max(...after.map((value, at) => Math.abs(value - before[at]))) < 1e-6);`);
      const { error, stdout } = await project.run();
      expect(error).toBeUndefined();
      expect(stdout.trimEnd().split('\n').at(-1)).toBe('[1,1,1e-30] true');
    },
  );

  it('a schedule sets the rate of each epoch from the one before', async () => {
    const project = await trainingProject(`autolog(model, { logModel: false });
      await fit({ callbacks: [train.learningRateScheduler((epoch, rate) => epoch === 0 ? 0.5 : rate / 2)] });`);
    const { error, records } = await project.run();
    expect(error).toBeUndefined();
    expect(logged(records).metrics['learning_rate']).toEqual([
      [0, 0.5],
      [1, 0.25],
      [2, 0.125],
    ]);
  });

  it('checkpoints keep the best model only, as a folder that is replaced as a whole and is the same bytes for the same weights', async () => {
    const project = await trainingProject(`${SCRIPTED([3, 2, 4])}
      autolog(model, { logModel: false });
      await fit({ epochs, callbacks: [scripted,
        train.modelCheckpoint(outs.best, { saveBestOnly: true }),
        train.modelCheckpoint(outs.every + '/{epoch:02d}')] });
      const again = await tf.loadLayersModel('file://' + outs.best);
      await model.save('file://' + outs.every + '/again');
      log(again.name);`);
    const places = { best: project.path('out/best'), every: project.path('out/every') };
    const { error, stdout, undeclared } = await project.run({ outs: places, strict: true });
    expect(error).toBeUndefined();
    expect(undeclared).toEqual([]);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('clouds');
    expect((await readdir(project.path('out'))).toSorted()).toEqual(['best', 'every']);
    expect((await readdir(places.every)).toSorted()).toEqual(['01', '02', '03', 'again']);
    const bytes = async (folder: string): Promise<string> =>
      (await readFile(`${folder}/weights.bin`)).toString('hex') + (await readFile(`${folder}/model.json`, 'utf8'));
    expect(await bytes(places.best)).toBe(await bytes(`${places.every}/02`));
    expect(await bytes(`${places.every}/again`)).toBe(await bytes(`${places.every}/03`));
    expect(await bytes(places.best)).not.toBe(await bytes(`${places.every}/03`));
  });

  it('a checkpoint that was cut off between its two renames is there again when training begins', async () => {
    const project = await trainingProject(`${SCRIPTED([1])}
      const options = { saveBestOnly: true, initialValueThreshold: Number(process.env.THRESHOLD) };
      await fit({ epochs, callbacks: [scripted, train.modelCheckpoint(outs.best, options)] });`);
    const best = project.path('best');
    const env = (threshold: number) => ({ ...process.env, THRESHOLD: String(threshold), NODE_OPTIONS: '' }) as { [name: string]: string };
    expect((await project.run({ outs: { best }, env: env(9) })).error).toBeUndefined();
    await rename(best, project.path('.best.before'));
    expect((await project.run({ outs: { best }, env: env(0) })).error).toBeUndefined();
    expect(existsSync(`${best}/model.json`)).toBe(true);
    expect(existsSync(project.path('.best.before'))).toBe(false);
  });

  it.each(['[plain, ours()]', '[ours(), plain]'])('stand beside plain objects, without autolog too: %s', async (callbacks) => {
    const project = await trainingProject(`
      const plain = { onEpochEnd: (epoch) => log('plain', epoch) };
      const ours = () => train.earlyStopping({ monitor: 'loss', patience: 1, minDelta: 9 });
      await fit({ callbacks: ${callbacks} });
      await tf.model({ inputs: model.inputs, outputs: model.outputs }).predict(xs).data();`);
    const { error, stdout } = await project.run();
    expect(error).toBeUndefined();
    expect(stdout).toContain('plain 0\nplain 1\n');
    expect(stdout).not.toContain('plain 2');
    expect(stdout).toContain('early stopping after epoch 2: loss has not improved for 1 epochs\n');
  });

  it('say once what they miss, and change nothing', async () => {
    const project = await trainingProject(`autolog(model, { logModel: false });
      await fit({ callbacks: [train.earlyStopping(), train.reduceLROnPlateau({ monitor: 'val_acc' })] });`);
    const { error, stderr, records } = await project.run();
    expect(error).toBeUndefined();
    expect(stderr.trimEnd().split('\n')).toEqual([
      "mlo: earlyStopping: the epoch has no 'val_loss', but loss, acc: it does nothing",
      "mlo: reduceLROnPlateau: the epoch has no 'val_acc', but loss, acc, learning_rate: it does nothing",
    ]);
    expect(logged(records).metrics['loss']).toHaveLength(3);
  });

  it('outside of a stage ask for what they need', async () => {
    const { earlyStopping, autolog } = await import('../../../src/train.ts');
    expect(() => earlyStopping()).toThrow('earlyStopping: outside of a stage, give it TensorFlow.js: { tf }');
    expect(() => autolog()).toThrow('autolog: outside of a stage, give it a run');
  });
});
