import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/random/seeded-random.ts';
import { prepareTensorFlow } from '../../../src/runtime/tensorflow/load-tensorflow.ts';
import type { TensorFlowModule } from '../../../src/runtime/tensorflow/types.ts';
import { buildModel, predictClasses, trainModel, type Epoch, type ModelShape } from '../../../stages/lib/classifier.ts';
import { parseFlowers } from '../../../stages/lib/flowers.ts';
import { loadModel, saveModel } from '../../../stages/lib/model-folder.ts';
import { classNumbers, fitPreprocessing, standardise } from '../../../stages/lib/preprocessing.ts';
import { REPOSITORY, temporaryFolder } from '../../helpers/index.ts';

const systemRandom = Math.random;
const table = parseFlowers(await readFile(join(REPOSITORY, 'data/raw/iris.csv'), 'utf8'), 'iris.csv');
const preprocessing = fitPreprocessing(table);
const inputs = standardise(table.flowers, preprocessing);
const labels = classNumbers(table.flowers, preprocessing);
const LINEAR: ModelShape = { kind: 'linear', inputs: 4, hiddenUnits: 8, classes: 3 };

let tf: TensorFlowModule;
beforeAll(async () => {
  ({ tf } = await prepareTensorFlow('wasm', REPOSITORY));
});
afterEach(() => {
  Math.random = systemRandom;
});

async function train(shape: ModelShape, epochs = 60, signal = new AbortController().signal) {
  Math.random = seededRandom(3, 0);
  const model = buildModel(tf, shape);
  const history: Epoch[] = [];
  const last = await trainModel(tf, model, { inputs, labels }, { epochs, learningRate: 0.05, signal }, (epoch) => history.push(epoch));
  return { model, history, last };
}

describe('trainModel', () => {
  test.each(['linear', 'mlp'] as const)(
    'a %s model learns: the loss falls with every epoch and most flowers are told apart',
    async (kind) => {
      const { history, last } = await train({ ...LINEAR, kind });
      expect(history.map((epoch) => epoch.step)).toEqual(Array.from({ length: 60 }, (_, number) => number + 1));
      for (const [number, { loss }] of history.entries()) if (number > 0) expect(loss).toBeLessThan(history[number - 1]!.loss + 0.01);
      expect(last).toBe(history.at(-1));
      expect(last.loss).toBeLessThan(0.4 * history[0]!.loss);
      expect(last.accuracy).toBeGreaterThan(0.93);
    },
  );

  test('the same seed gives the same weights, byte for byte', async () => {
    const weights = async () => (await train(LINEAR, 5)).model.getWeights().map((tensor) => tensor.dataSync());
    expect(await weights()).toEqual(await weights());
  });

  test('stops at the signal', async () => {
    await expect(train(LINEAR, 5, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
  });

  test.each([1, 20])('leaves no tensors behind but the weights of the model, after %d epochs', async (epochs) => {
    const before = tf.memory().numTensors;
    const { model } = await train(LINEAR, epochs);
    expect(tf.memory().numTensors - before).toBe(2);
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a hidden layer is there with mlp only', () => {
    expect(
      buildModel(tf, LINEAR)
        .getWeights()
        .map((tensor) => tensor.shape),
    ).toEqual([[4, 3], [3]]);
    expect(
      buildModel(tf, { ...LINEAR, kind: 'mlp' })
        .getWeights()
        .map((tensor) => tensor.shape),
    ).toEqual([[4, 8], [8], [8, 3], [3]]);
  });
});

describe('the model folder', () => {
  test('gives back the same predictions and the same preprocessing', async () => {
    const folder = join(await temporaryFolder(), 'models/iris');
    const { model } = await train({ ...LINEAR, kind: 'mlp' }, 20);
    await saveModel(model, preprocessing, folder);
    const loaded = await loadModel(tf, folder);
    expect(loaded.preprocessing).toEqual(preprocessing);
    expect(loaded.model.getWeights().map((tensor) => tensor.dataSync())).toEqual(model.getWeights().map((tensor) => tensor.dataSync()));
    expect(predictClasses(tf, loaded.model, inputs)).toEqual(predictClasses(tf, model, inputs));
  });

  test('holds the three files that others read: topology, float32 weights, preprocessing', async () => {
    const folder = await temporaryFolder();
    const { model } = await train(LINEAR, 1);
    await saveModel(model, preprocessing, folder);
    expect((await readdir(folder)).toSorted()).toEqual(['model.json', 'preprocessing.json', 'weights.bin']);
    expect((await readFile(join(folder, 'weights.bin'))).byteLength).toBe(4 * (4 * 3 + 3));
    const description = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'));
    expect(description).toMatchObject({ format: 'layers-model', weightsManifest: [{ paths: ['weights.bin'] }] });
  });
});

test('predictClasses tells the most probable class of each row and keeps no tensors', async () => {
  const { model } = await train(LINEAR);
  const before = tf.memory().numTensors;
  const predicted = predictClasses(tf, model, inputs);
  expect(tf.memory().numTensors).toBe(before);
  const right = predicted.filter((number, sample) => number === labels[sample]).length;
  expect(right / labels.length).toBeGreaterThan(0.93);
});
