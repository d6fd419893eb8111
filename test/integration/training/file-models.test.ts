import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LayersModel, Sequential } from '@tensorflow/tfjs';
import { prepareTensorFlow } from '../../../src/runtime/tensorflow/load-tensorflow.ts';
import type { TensorFlow } from '../../../src/runtime/tensorflow/types.ts';
import { temporaryFolder } from '../../helpers/index.ts';

let tf: TensorFlow;
let model: Sequential;
let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  ({ tf } = await prepareTensorFlow('cpu', folder));
  model = tf.sequential({
    layers: [tf.layers.dense({ units: 4, inputShape: [3] }), tf.layers.batchNormalization(), tf.layers.dense({ units: 2 })],
  });
  await model.save('file://m');
});

const numbers = (given: LayersModel): number[][] => given.getWeights().map((weight) => Array.from(weight.dataSync()));

/** A copy of the model whose manifest names other files. */
async function withPaths(name: string, paths: readonly string[], files: { readonly [path: string]: Uint8Array } = {}): Promise<string> {
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  const json = JSON.parse(await readFile(join(folder, 'm/model.json'), 'utf8')) as { weightsManifest: { paths: readonly string[] }[] };
  json.weightsManifest[0]!.paths = paths;
  await writeFile(join(place, 'model.json'), JSON.stringify(json));
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(join(place, path, '..'), { recursive: true });
    await writeFile(join(place, path), bytes);
  }
  return place;
}

describe('models in folders', () => {
  it('come back as they were, by the folder or by model.json, relative to the project', async () => {
    for (const url of ['file://m', `file://${join(folder, 'm')}`, 'file://m/model.json']) {
      expect(numbers(await tf.loadLayersModel(url))).toEqual(numbers(model));
    }
    expect((await readdir(join(folder, 'm'))).toSorted()).toEqual(['model.json', 'weights.bin']);
  });

  it('are the same bytes when they are saved twice', async () => {
    await model.save('file://twice');
    for (const file of ['model.json', 'weights.bin']) {
      expect((await readFile(join(folder, 'twice', file))).equals(await readFile(join(folder, 'm', file)))).toBe(true);
    }
  });

  it('may have their weights in several files, in their order, in sub-folders too', async () => {
    const bytes = await readFile(join(folder, 'm/weights.bin'));
    const place = await withPaths('parts', ['b', 'deep/a'], { b: bytes.subarray(0, 10), 'deep/a': bytes.subarray(10) });
    expect(numbers(await tf.loadLayersModel(`file://${place}`))).toEqual(numbers(model));
  });

  it.each(['../m/weights.bin', '/etc/passwd', 'deep/../../m/weights.bin', '..\\m\\weights.bin', 'weights.bin\0', '..'])(
    'never read weights outside of their folder: %j',
    async (path) => {
      const place = await withPaths('hostile', [path]);
      await expect(tf.loadLayersModel(`file://${place}`)).rejects.toMatchObject({
        code: 'MLO_PATH_UNSAFE',
        message: `model.json names weights outside of its folder: ${JSON.stringify(path)}`,
      });
    },
  );

  it.each([
    ['', 'this is no model of TensorFlow.js: Unexpected end of JSON input'],
    ['null', 'this is no model of TensorFlow.js: expected an object with a modelTopology, found null'],
    ['[]', 'this is no model of TensorFlow.js: expected an object with a modelTopology, found a list'],
    ['{"a": 1}', 'this is no model of TensorFlow.js: expected an object with a modelTopology, found none'],
    [
      '{"modelTopology": {}, "weightsManifest": [{"paths": null}]}',
      'its weightsManifest is damaged: expected groups of paths and weights, each a list',
    ],
  ])('say what is wrong with %j', async (text, what) => {
    const place = join(folder, 'damaged');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'model.json'), text);
    await expect(tf.loadLayersModel(`file://${place}`)).rejects.toMatchObject({
      code: 'MLO_DATA',
      message: expect.stringMatching(new RegExp(`damaged/model\\.json: ${what.replaceAll(/[[\].]/g, '\\$&')}$`)),
    });
  });

  it('say which file is not there', async () => {
    await expect(tf.loadLayersModel('file://nowhere')).rejects.toMatchObject({
      code: 'MLO_DATA',
      message: expect.stringContaining('nowhere: there is no such model'),
    });
    const place = await withPaths('incomplete', ['lost.bin']);
    await expect(tf.loadLayersModel(`file://${place}`)).rejects.toMatchObject({
      code: 'MLO_DATA',
      message: expect.stringContaining('lost.bin: the weights that model.json names do not exist'),
    });
  });

  it('have all of their weights', async () => {
    const whole = await readFile(join(folder, 'm/weights.bin'));
    const place = await withPaths('short', ['weights.bin'], { 'weights.bin': whole.subarray(0, -8) });
    await expect(tf.loadLayersModel(`file://${place}`)).rejects.toThrow();
  });

  it('are not written through links that lead into a store', async () => {
    await mkdir(join(folder, 'linked'));
    const object = join(folder, 'object');
    await writeFile(object, 'bytes of the store');
    await chmod(object, 0o444);
    await symlink(object, join(folder, 'linked/weights.bin'));
    await model.save('file://linked');
    expect(await readFile(object, 'utf8')).toBe('bytes of the store');
    await expect(readlink(join(folder, 'linked/weights.bin'))).rejects.toMatchObject({ code: 'EINVAL' });
    expect((await stat(join(folder, 'linked/weights.bin'))).size).toBe((await stat(join(folder, 'm/weights.bin'))).size);
  });
});
