import { inspect } from 'node:util';
import { join } from 'node:path';
import { mkdir, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import * as data from '../../../src/data.ts';
import * as train from '../../../src/train.ts';
import { temporaryFolder } from '../../helpers/index.ts';

type Anything = (...given: unknown[]) => unknown;

/** What scripts without types give by mistake; among it what is right for one function and wrong for another. */
const GIVEN: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  -1,
  0.5,
  3,
  '',
  'x\0y',
  'word',
  true,
  10n,
  () => 1,
  [],
  [Number.NaN],
  [undefined, 1],
  [null],
  [{}],
  [10n],
  ['a', 'b'],
  [0, 1],
  [[0.5, 0.5], [1]],
  Float32Array.of(1, Number.NaN),
  {},
  { classes: [1], counts: [1] },
  {
    classes: 5,
    folds: 2,
    testSize: 1,
    seed: 1.5,
    stratify: [1],
    average: 'none',
    normalize: 'rows',
    positive: {},
    size: 'large',
    types: { a: 'date' },
  },
  {
    folds: Number.NaN,
    size: [8],
    columns: 'a',
    header: [1],
    maxBytes: 'many',
    batchRows: null,
    delimiter: 5,
    mode: 'up',
    tf: {},
    run: 1,
    scale: 'big',
  },
  {
    size: 8,
    classes: 'cats',
    background: 5,
    letters: 'runes',
    title: 5,
    compress: 1,
    monitor: 5,
    everyBatches: 'all',
    data: [1],
    shape: 2,
  },
  { a: 1, thresholds: [], name: 5, pixels: [1], images: 1, factor: 'x', patience: {}, minDelta: 'x', zeroDivision: 2, oneHot: 'x' },
];

/** Where nothing can be written, and what is read is no data. */
let [file, below]: [string, string] = ['', ''];

beforeAll(async () => {
  const folder = await temporaryFolder();
  file = join(folder, 'file');
  below = join(file, 'below');
  await writeFile(file, 'a,b\n1,2\n');
  await mkdir(join(folder, 'pictures/cats'), { recursive: true });
});

/** The errors of the calls that are none of mlo's, each with what was given. */
async function rawErrors(call: Anything, lists: Iterable<readonly unknown[]>): Promise<string[]> {
  const raw: string[] = [];
  for (const given of lists) {
    try {
      const result = await call(...given);
      if (typeof result === 'object' && result !== null && Symbol.asyncIterator in result)
        for await (const _ of result as AsyncIterable<unknown>) break;
    } catch (error) {
      const isClear =
        error instanceof MloError && error.message !== '' && !/\[object|undefined is|null is|is not a function/.test(error.message);
      if (!isClear) raw.push(`${given.map(show).join(', ')}: ${String(error)}`);
    }
  }
  return raw;
}

function show(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY });
}

function* pairs(firsts: readonly unknown[], seconds = GIVEN): Generator<readonly unknown[]> {
  for (const first of firsts) {
    yield [first];
    for (const second of seconds) yield [first, second];
  }
}

function* triples(firsts: readonly unknown[]): Generator<readonly unknown[]> {
  for (const pair of pairs(firsts)) {
    yield pair;
    if (pair.length === 2) for (const third of GIVEN) yield [...pair, third];
  }
}

const WITH_TF = ['autolog', 'earlyStopping', 'epochProgress', 'learningRateScheduler', 'modelCheckpoint', 'reduceLROnPlateau'];
const WRITERS = ['writeNpy', 'writeNpz', 'writePng', 'writeSvg'];
const functionsOf = (module: object): [string, Anything][] =>
  Object.entries(module).filter((each): each is [string, Anything] => typeof each[1] === 'function');

describe('every function of mlo-cli/train and mlo-cli/data, given something wrong or nothing,', () => {
  it.each(functionsOf(train).filter(([name]) => !WRITERS.includes(name)))('says what it takes: %s', async (name, call) => {
    expect((await rawErrors(call, [[], ...(name === 'renderPng' ? pairs(GIVEN) : triples(GIVEN))])).slice(0, 20)).toEqual([]);
  });

  it.each(functionsOf(data).filter(([name]) => !WRITERS.includes(name)))('says what it takes: %s', async (_, call) => {
    expect((await rawErrors(call, [[], ...pairs([...GIVEN, file, below, tf]), ...triples([tf])])).slice(0, 20)).toEqual([]);
  });

  it.each(functionsOf({ ...data, ...train }).filter(([name]) => WRITERS.includes(name)))('says what it takes: %s', async (_, call) => {
    const notWritable = GIVEN.filter((given) => given !== 'word');
    expect((await rawErrors(call, [[], ...pairs(notWritable), ...triples([below])])).slice(0, 20)).toEqual([]);
  });

  it.each(functionsOf(train).filter(([name]) => WITH_TF.includes(name)))(
    'says what it takes where TensorFlow.js is right: %s',
    async (_, call) => {
      const options = GIVEN.filter((each): each is object => typeof each === 'object' && each !== null && !Array.isArray(each)).map(
        (each) => ({
          ...each,
          tf,
        }),
      );
      expect(await rawErrors(call, [...options.map((each) => [each]), ...pairs(['word', () => 1, ...GIVEN], options)])).toEqual([]);
    },
  );
});

const { imageFolder, readCsv, toTensors } = data;
const { confusionMatrixSvg, earlyStopping, kFold, reduceLROnPlateau, stratifiedKFold, take, trainTestSplit } = train;
const none = undefined as never;

describe('the error of a wrong argument', () => {
  it.each<[string, () => unknown, string]>([
    [
      'a column type',
      () => readCsv(file, { types: { a: 'date' as never } }),
      `the type of column 'a': expected number, float32, int32, uint8, boolean, string, category, found "date"`,
    ],
    ['no path', () => readCsv(none), 'the path: expected the path of a file or folder, found undefined'],
    [
      'options that are none',
      () => readCsv(file, 'a' as never),
      `readCsv: expected options such as { types: { age: 'int32' } }, found "a"`,
    ],
    ['a folder that is no path', () => imageFolder(5 as never, { size: 8 }), 'the path: expected the path of a file or folder, found 5'],
    ['no options', () => imageFolder('x', none), 'imageFolder: expected options such as { size: 64 }, found undefined'],
    ['no size', () => imageFolder('x', {} as never), 'imageFolder: size: expected a whole number, or [height, width], found undefined'],
    ['a batch that is none', () => toTensors(tf, none), 'toTensors: the batch: expected options such as what imageFolder gives'],
    ['no TensorFlow.js', () => toTensors(none, none), 'toTensors: tf: expected TensorFlow.js, found undefined'],
    [
      'a split without options',
      () => trainTestSplit(10, none),
      'trainTestSplit: expected options such as { testSize: 0.2, seed: 1 }, found undefined',
    ],
    ['a split without a seed', () => trainTestSplit(10, { testSize: 0.2 } as never), 'the seed must be a whole number, found undefined'],
    ['folds without options', () => kFold(10, none), 'kFold: expected options such as { folds: 5 }, found undefined'],
    ['folds of a share', () => kFold(10.5, { folds: 2 }), 'kFold: the number of samples: expected a whole number from 1, found 10.5'],
    [
      'labels in place of a number',
      () => kFold([1, 2] as never, { folds: 2 }),
      'the number of samples: expected a whole number from 1, found a list of 2',
    ],
    [
      'a number in place of labels',
      () => stratifiedKFold(10 as never, { folds: 2 }),
      'labels: expected a list of one entry a sample, found 10',
    ],
    ['NaN among labels', () => stratifiedKFold([1, Number.NaN], { folds: 2 }), 'labels: sample 1 has the label NaN'],
    [
      'NaN among those to stratify by',
      () => trainTestSplit(2, { testSize: 1, seed: 1, stratify: [1, Number.NaN] }),
      'stratify: sample 1 has the label NaN',
    ],
    ['numbers that are none', () => take(['a'], ['b' as never]), 'there is no item "b": there are 1'],
    [
      'a matrix of another size',
      () => confusionMatrixSvg({ classes: [1, 2], counts: [[1]] }),
      'counts: expected 2 rows of 2 for the classes, found 1 rows of 1',
    ],
    ['a callback without TensorFlow.js', () => earlyStopping(), 'earlyStopping: outside of a stage, give it TensorFlow.js: { tf }'],
    ['a factor that is none', () => reduceLROnPlateau({ tf, factor: 2 }), 'factor must be between 0 and 1, found 2'],
  ])('says what was expected and found: %s', async (_, call, message) => {
    const work = async (): Promise<unknown> => await call();
    await expect(work()).rejects.toMatchObject({ code: 'MLO_DATA', message: expect.stringContaining(message) });
  });
});
