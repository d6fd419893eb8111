import { describe, expect, test } from 'vitest';
import { diffFiles } from '../../../src/core/metrics/diff-files.ts';
import { equalValues, flattenValues, getKey, nestParams, selectParams } from '../../../src/core/params/keys.ts';
import type { Value, ValueMap } from '../../../src/core/value.ts';
import { fc } from '../../helpers/properties.ts';

const VALUES: ValueMap = {
  lr: 0.1,
  train: { layers: [{ units: 3 }, { units: 4 }], size: 1, none: null },
  'dotted.key': 1,
  a: { 'b.c': 2 },
};

describe('getKey', () => {
  test.each<[string, Value | undefined]>([
    ['lr', 0.1],
    ['train.size', 1],
    ['train.none', null],
    ['train.layers.1.units', 4],
    ['train.layers[0].units', 3],
    ['train.layers', [{ units: 3 }, { units: 4 }]],
    ['dotted.key', 1],
    ['a.b.c', 2],
    ['train.layers.2', undefined],
    ['train.layers.x', undefined],
    ['lr.x', undefined],
    ['nope', undefined],
    ['toString', undefined],
    ['__proto__', undefined],
    ['train.constructor', undefined],
    ['', undefined],
  ])('%s', (key, value) => {
    expect(getKey(VALUES, key)).toEqual(value);
  });

  test('nesting wins over a key that holds a dot', () => {
    expect(getKey({ 'a.b': 1, a: { b: 2 } }, 'a.b')).toBe(2);
  });
});

describe('selectParams', () => {
  test('gives the declared keys and names the missing ones', () => {
    expect(selectParams(VALUES, ['lr', 'train.size', 'gone.x'])).toEqual({ values: { lr: 0.1, 'train.size': 1 }, missing: ['gone.x'] });
  });

  test('null is the whole file', () => {
    expect(selectParams(VALUES, null)).toEqual({ values: VALUES, missing: [] });
  });

  test('params named size and nfiles are params like any other', () => {
    expect(selectParams({ size: 1, nfiles: 2 }, ['size', 'nfiles']).values).toEqual({ size: 1, nfiles: 2 });
  });
});

describe('flattenValues', () => {
  test('keeps the order of the file; lists and empty maps are leaves', () => {
    expect([...flattenValues({ z: 1, a: { b: { c: [1, { d: 2 }] }, e: {} }, n: null })]).toEqual([
      ['z', 1],
      ['a.b.c', [1, { d: 2 }]],
      ['a.e', {}],
      ['n', null],
    ]);
  });
});

describe('equalValues', () => {
  test('type matters, notation does not', () => {
    expect([equalValues(1, 1.0), equalValues(Number.NaN, Number.NaN)]).toEqual([true, true]);
    expect([equalValues('1', 1), equalValues(null, false)]).toEqual([false, false]);
    expect(equalValues(12345678901234567890n, 12345678901234567891n)).toBe(false);
  });
});

describe('nestParams', () => {
  test('makes one object of dotted keys', () => {
    expect(nestParams({ seed: 1, 'train.lr': 0.1, 'train.layers': [1], 'a.b.c': null })).toEqual({
      seed: 1,
      train: { lr: 0.1, layers: [1] },
      a: { b: { c: null } },
    });
  });

  test('a map and a key inside it come together, and the declared value stays as it was', () => {
    const train = { lr: 1, size: 2 };
    expect(nestParams({ 'train.lr': 5, train })).toEqual({ train: { lr: 5, size: 2 } });
    expect(train).toEqual({ lr: 1, size: 2 });
  });

  test('a key named __proto__ is only a key', () => {
    const nested = nestParams({ '__proto__.polluted': 1 });
    expect(Object.getPrototypeOf(nested)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

const key = fc.stringMatching(/^[a-z]{1,3}$/);
const leaf = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.string(),
  fc.constant(null),
  fc.bigInt({ min: 2n ** 60n, max: 2n ** 70n }),
);
const tree = fc.letrec<{ map: ValueMap }>((tie) => ({
  map: fc.dictionary(key, fc.oneof({ depthSize: 'small' }, leaf, fc.array(leaf, { maxLength: 3 }), tie('map')), {
    maxKeys: 4,
    noNullPrototype: true,
  }) as fc.Arbitrary<ValueMap>,
})).map;

describe('together', () => {
  test('every flattened key is found by getKey, and nesting all of them gives the values back', () => {
    fc.assert(
      fc.property(tree, (values) => {
        const flat = flattenValues(values);
        for (const [name, value] of flat) expect(equalValues(getKey(values, name) as Value, value)).toBe(true);
        expect(equalValues(nestParams(Object.fromEntries(flat)), values)).toBe(true);
      }),
    );
  });

  test('a diff is empty if and only if the values are equal', () => {
    const differ = (a: ValueMap, b: ValueMap): boolean => diffFiles({ file: a }, { file: b }, { change: false, all: false }).length > 0;
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        expect(differ(a, a)).toBe(false);
        expect(differ(a, b)).toBe(!equalValues(a, b));
      }),
    );
  });
});
