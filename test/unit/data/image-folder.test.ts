import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { imageFolder, toTensors, type ImageFolderOptions } from '../../../src/data.ts';
import { inOrder } from '../../../src/runtime/data/in-order.ts';
import { temporaryFolder } from '../../helpers/index.ts';

/** Pictures of one colour each, whose red is their number. */
async function numbered(folder: string, paths: readonly string[]): Promise<void> {
  for (const [number, path] of paths.entries()) await picture(join(folder, path), [number, 100, 200]);
}

async function picture(path: string, [r = 0, g = 0, b = 0]: readonly number[], width = 4, height = 4): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    await sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
      .png()
      .toBuffer(),
  );
}

interface Seen {
  readonly reds: number[];
  readonly labels: number[];
  readonly shapes: (readonly number[])[];
}

async function see(folder: string, options: Omit<ImageFolderOptions, 'dtype' | 'size'>, epoch = 0): Promise<Seen> {
  const seen: Seen = { reds: [], labels: [], shapes: [] };
  for await (const { images, labels, shape } of imageFolder(folder, { size: 2, dtype: 'uint8', ...options }).epoch(epoch)) {
    for (let index = 0; index < shape[0]; index += 1) seen.reds.push(images[(index * images.length) / shape[0]] as number);
    seen.labels.push(...labels);
    seen.shapes.push(shape);
  }
  return seen;
}

const PATHS = ['b/10.png', 'b/9.png', 'b/sub/1.png', 'a/x.png', 'a/y.png', 'c/1.png', 'c/2.png'];
let folder: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await numbered(folder, PATHS);
  writeFileSync(join(folder, 'a/.hidden.png'), 'no picture');
  mkdirSync(join(folder, '.cache'));
  writeFileSync(join(folder, '.cache/1.png'), 'no picture');
  writeFileSync(join(folder, 'a/notes.txt'), 'no picture');
});

describe('the pictures of a folder', () => {
  it('have the number of their class folder as label, in order of the names, without hidden and other files', async () => {
    const images = imageFolder(folder, { size: 2, batchSize: 3 });
    expect(images.classes).toEqual(['a', 'b', 'c']);
    expect(images.paths).toEqual(['a/x.png', 'a/y.png', 'b/10.png', 'b/9.png', 'b/sub/1.png', 'c/1.png', 'c/2.png']);
    expect([...images.labels]).toEqual([0, 0, 1, 1, 1, 2, 2]);
    expect({ length: images.length, batches: images.batches, shape: images.shape }).toEqual({ length: 7, batches: 3, shape: [2, 2, 3] });
    expect(await see(folder, { batchSize: 3 })).toEqual({
      reds: [3, 4, 0, 1, 2, 5, 6],
      labels: [0, 0, 1, 1, 1, 2, 2],
      shapes: [
        [3, 2, 2, 3],
        [3, 2, 2, 3],
        [1, 2, 2, 3],
      ],
    });
  });

  it('take the classes that are named, in their order, or none', async () => {
    expect(await see(folder, { classes: ['c', 'a'] })).toMatchObject({ reds: [5, 6, 3, 4], labels: [0, 0, 1, 1] });
    expect(await see(folder, { classes: false })).toMatchObject({ labels: [-1, -1, -1, -1, -1, -1, -1] });
  });

  it('can be a part of them, as for a fold', async () => {
    const part = imageFolder(folder, { size: 2 }).subset([6, 0]);
    expect({ length: part.length, labels: [...part.labels], paths: part.paths }).toEqual({
      length: 2,
      labels: [2, 0],
      paths: ['c/2.png', 'a/x.png'],
    });
    expect(() => part.subset([2])).toThrow(/an index: expected 0 to 1, found 2/);
  });

  it('are shuffled by the seed and the number of the pass alone', async () => {
    const one = await see(folder, { shuffle: true, seed: 5, parallel: 1, prefetch: 0 });
    expect(await see(folder, { shuffle: true, seed: 5, parallel: 7, prefetch: 3, batchSize: 2 })).toMatchObject({
      reds: one.reds,
      labels: one.labels,
    });
    expect(one.reds.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect((await see(folder, { shuffle: true, seed: 5 }, 1)).reds).not.toEqual(one.reds);
    expect((await see(folder, { shuffle: true, seed: 6 })).reds).not.toEqual(one.reds);
  });

  it('come in another order in each pass of one folder', async () => {
    const images = imageFolder(folder, { size: 2, shuffle: true, seed: 5, dtype: 'uint8' });
    const passes: string[] = [];
    for (let pass = 0; pass < 2; pass += 1) for await (const { paths } of images) passes.push(paths.join());
    const again: string[] = [];
    for (const number of [0, 1]) for await (const { paths } of images.epoch(number)) again.push(paths.join());
    expect(passes).toEqual(again);
    expect(passes[0]).not.toBe(passes[1]);
  });

  it('are numbers from 0 to 1 unless bytes are asked for', async () => {
    for await (const { images } of imageFolder(folder, { size: 1, classes: ['a'] })) {
      expect(images).toBeInstanceOf(Float32Array);
      expect([...images]).toEqual([3, 100, 200, 4, 100, 200].map((value) => Math.fround(value / 255)));
    }
  });

  it('are grey by their luma, or have their opacity, as channels say', async () => {
    for await (const { images, shape } of imageFolder(folder, { size: 1, classes: ['a'], dtype: 'uint8', channels: 1 })) {
      expect(shape).toEqual([2, 1, 1, 1]);
      expect([...images]).toEqual([82, 83]);
    }
    for await (const { images } of imageFolder(folder, { size: 1, classes: ['a'], dtype: 'uint8', channels: 4 })) {
      expect([...images]).toEqual([3, 100, 200, 255, 4, 100, 200, 255]);
    }
  });
});

describe('a picture of another shape', () => {
  const LEFT = [255, 0, 0];
  const RIGHT = [0, 0, 255];
  let wide: string;
  beforeAll(async () => {
    wide = await temporaryFolder();
    await picture(join(wide, 'a/1.png'), LEFT, 40, 20);
    const right = await sharp({ create: { width: 20, height: 20, channels: 3, background: '#0000ff' } })
      .png()
      .toBuffer();
    const both = await sharp(join(wide, 'a/1.png'))
      .composite([{ input: right, left: 20, top: 0 }])
      .png()
      .toBuffer();
    writeFileSync(join(wide, 'a/1.png'), both);
  });

  it.each([
    ['is stretched', {}, { corner: LEFT, left: LEFT, right: RIGHT }],
    ['is cut with cover', { fit: 'cover' }, { corner: LEFT, left: LEFT, right: RIGHT }],
    ['gets bars with contain', { fit: 'contain', background: '#00ff00' }, { corner: [0, 255, 0], left: LEFT, right: RIGHT }],
  ] as const)('%s', async (_what, options, expected) => {
    for await (const { images } of imageFolder(wide, { size: 20, dtype: 'uint8', ...options })) {
      const at = (row: number, column: number): number[] => [...images.subarray((row * 20 + column) * 3, (row * 20 + column) * 3 + 3)];
      expect({ corner: at(0, 0), left: at(10, 2), right: at(10, 17) }).toEqual(expected);
    }
  });
});

describe('a folder that is not as it should be', () => {
  it.each([
    ['is missing', 'none', {}, /none: it does not exist/],
    ['has no class folders', 'a', { classes: undefined }, /no class folders: expected a folder for each class.*\(hint|no class folders/],
    ['lacks a class', '', { classes: ['a', 'z'] }, /class 'z' is missing: expected a folder z, found a, b, c/],
    ['is asked for a class outside', 'a', { classes: ['../b'] }, /'\.\.\/b' is no name of a class folder/],
    ['is asked for a class twice', '', { classes: ['a', 'a'] }, /named twice/],
  ])('%s', (_what, name, { classes }: { classes?: readonly string[] | undefined }, message) => {
    expect(() => imageFolder(join(folder, name), { size: 2, ...(classes === undefined ? {} : { classes }) })).toThrow(message);
  });

  it.each([
    [{ size: 0 }, /size: expected a whole number from 1, found 0/],
    [{ size: [2, 2.5] as const }, /size: .*found 2\.5/],
    [{ size: 2, batchSize: -1 }, /batchSize: .*found -1/],
    [{ size: 2, channels: 2 as 3 }, /channels: expected 1, 3, 4, found 2/],
    [{ size: 2, dtype: 'float64' as 'float32' }, /dtype: expected float32, uint8, found float64/],
    [{ size: 2, fit: 'crop' as 'cover' }, /fit: expected fill, cover, contain, found crop/],
  ])('or the options: %j', (options, message) => {
    expect(() => imageFolder(folder, options)).toThrow(message);
  });

  it('has a symlink that leads out of it: refused, where one inside and one into the cache of mlo are not', async () => {
    const linked = await temporaryFolder();
    await numbered(linked, ['in/a/1.png', 'outside.png', `cache/objects/ab/${'c'.repeat(62)}`]);
    symlinkSync('1.png', join(linked, 'in/a/2.png'));
    symlinkSync(join(linked, `cache/objects/ab/${'c'.repeat(62)}`), join(linked, 'in/a/3.png'));
    expect((await see(join(linked, 'in'), {})).reds).toEqual([0, 0, 2]);
    symlinkSync('../../outside.png', join(linked, 'in/a/4.png'));
    expect(() => imageFolder(join(linked, 'in'), { size: 2 })).toThrow(
      /a\/4\.png: a symlink that leads out of the folder: expected .*, found .*outside\.png/,
    );
  });

  it('has class folders in a circle', async () => {
    const circle = await temporaryFolder();
    await numbered(circle, ['a/1.png']);
    symlinkSync('../a', join(circle, 'a/again'));
    expect(() => imageFolder(circle, { size: 2 })).toThrow(/a\/again: symlinks that lead in a circle/);
  });
});

it('whose pictures are all broken is an error, also where broken ones are left out', async () => {
  const none = await temporaryFolder();
  mkdirSync(join(none, 'a'));
  writeFileSync(join(none, 'a/1.png'), 'nothing');
  const pass = imageFolder(none, { size: 2, onBroken: 'skip', onSkip: () => undefined })[Symbol.asyncIterator]();
  await expect(pass.next()).rejects.toThrow(/no picture can be read: found 1 broken one, such as .*1\.png: no picture/);
});

it('a background that is no colour is an error, never a broken picture', async () => {
  const images = imageFolder(folder, { size: 2, background: 'nocolour', onBroken: 'skip' });
  await expect(images.epoch(0).next()).rejects.toThrow(/nocolour/);
  expect(images.broken).toEqual([]);
});

describe('decoding ahead', () => {
  it('stops where enough waits, and goes on as results are taken', async () => {
    const started: number[] = [];
    const results = inOrder([0, 1, 2, 3, 4, 5, 6, 7], async (item) => (started.push(item), item), { parallel: 2, ahead: 3 });
    expect((await results.next()).value).toBe(0);
    await new Promise(setImmediate);
    expect(started).toEqual([0, 1, 2, 3]);
    expect((await results.next()).value).toBe(1);
    await new Promise(setImmediate);
    expect(started).toEqual([0, 1, 2, 3, 4]);
    await results.return(undefined);
    await new Promise(setImmediate);
    expect(started).toEqual([0, 1, 2, 3, 4]);
  });

  it('never has more under way than lanes, and keeps the order whichever is done first', async () => {
    const gates = new Map<number, () => void>();
    let most = 0;
    const work = async (item: number): Promise<number> => {
      const gate = Promise.withResolvers<void>();
      gates.set(item, gate.resolve);
      most = Math.max(most, gates.size);
      await gate.promise;
      gates.delete(item);
      return item;
    };
    const seen: number[] = [];
    const done = (async () => {
      for await (const item of inOrder([1, 2, 3, 4, 5, 6], work, { parallel: 3, ahead: 6 })) seen.push(item);
    })();
    while (seen.length < 6) {
      [...gates.values()].at(-1)?.();
      await new Promise(setImmediate);
    }
    await done;
    expect({ seen, most }).toEqual({ seen: [1, 2, 3, 4, 5, 6], most: 3 });
  });

  it('gives an error in its turn, when all before it were taken, and lets no other be unhandled', async () => {
    const work = async (item: number): Promise<number> => {
      if (item > 1) throw new Error(`no ${item}`);
      return item;
    };
    const seen: number[] = [];
    const all = async (): Promise<void> => {
      for await (const item of inOrder([0, 1, 2, 3], work, { parallel: 4, ahead: 4 })) seen.push(item);
    };
    await expect(all()).rejects.toThrow('no 2');
    expect(seen).toEqual([0, 1]);
  });

  it('can be left in the middle of a pass', async () => {
    for await (const { labels } of imageFolder(folder, { size: 2, batchSize: 1 })) {
      expect([...labels]).toEqual([0]);
      break;
    }
  });
});

it('a picture may be renamed to another kind: its bytes decide', async () => {
  const renamed = await temporaryFolder();
  await numbered(renamed, ['a/1.png']);
  writeFileSync(join(renamed, 'a/2.jpg'), readFileSync(join(renamed, 'a/1.png')));
  writeFileSync(join(renamed, 'a/3.png'), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>');
  const images = imageFolder(renamed, { size: 2, onBroken: 'skip', onSkip: () => undefined });
  for await (const { paths } of images) expect(paths.map((path) => path.slice(-5))).toEqual(['1.png', '2.jpg']);
  expect(images.broken[0]?.error.message).toMatch(/found SVG$/);
});

describe('with TensorFlow.js', () => {
  it('a label beyond the classes of oneHot is an error, not a row of zeros, and leaves no tensor', async () => {
    const tf = await import('@tensorflow/tfjs');
    await tf.setBackend('cpu');
    const [before, images] = [tf.memory().numTensors, imageFolder(folder, { size: 2, batchSize: 100 })];
    const message = /the class 2, which is none of 0, 1/;
    for await (const batch of images)
      expect(() => toTensors(tf, batch, { oneHot: 2 })).toThrow(
        expect.objectContaining({ code: 'MLO_DATA', message: expect.stringMatching(message) }),
      );
    const dataset = await images.asDataset(tf, { oneHot: 2 }).iterator();
    await expect(dataset.next()).rejects.toThrow(message);
    for await (const batch of imageFolder(folder, { size: 2, classes: false }))
      expect(() => toTensors(tf, batch, { oneHot: true })).toThrow('the class -1');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('batches become tensors, and a data set that fitDataset trains on without leaks', async () => {
    const tf = await import('@tensorflow/tfjs');
    await tf.setBackend('cpu');
    const images = imageFolder(folder, { size: 2, batchSize: 3, shuffle: true, seed: 1 });
    for await (const batch of images) {
      const { xs, ys } = toTensors(tf, batch, { oneHot: 3 });
      expect({ xs: xs.shape, ys: ys.shape }).toEqual({ xs: [batch.shape[0], 2, 2, 3], ys: [batch.shape[0], 3] });
      expect([...(await ys.argMax(1).data())]).toEqual([...batch.labels]);
    }
    tf.disposeVariables();
    for (const [loss, oneHot] of [
      ['sparseCategoricalCrossentropy', false],
      ['categoricalCrossentropy', true],
    ] as const) {
      // prettier-ignore
      const model = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [2, 2, 3] }), tf.layers.dense({ units: 3, activation: 'softmax' })] });
      model.compile({ optimizer: 'sgd', loss, metrics: ['accuracy'] });
      await model.fitDataset(images.asDataset(tf, { oneHot }), { epochs: 1, verbose: 0 });
      const before = tf.memory().numTensors;
      const { history } = await model.fitDataset(images.asDataset(tf, { oneHot }), { epochs: 3, verbose: 0 });
      expect(history['loss']).toHaveLength(3);
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});
