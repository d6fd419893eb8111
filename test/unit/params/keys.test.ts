import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { diffValues, equalValues, flattenValues, getKey, nestParams, selectParams } from '../../../src/core/params/keys.ts';
import type { Value, ValueMap } from '../../../src/core/value.ts';

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

describe('diffValues', () => {
  test('tells changed, new and gone leaves by key', () => {
    expect(diffValues({ a: 1, b: { c: 1, d: [1] }, gone: 1 }, { a: 1, b: { c: 2, d: [1, 2] }, added: true })).toEqual([
      { key: 'added', new: true },
      { key: 'b.c', old: 1, new: 2 },
      { key: 'b.d', old: [1], new: [1, 2] },
      { key: 'gone', old: 1 },
    ]);
  });

  test('a value that becomes a map is gone, and its leaves are new', () => {
    expect(diffValues({ a: 1 }, { a: { b: 1 } })).toEqual([
      { key: 'a', old: 1 },
      { key: 'a.b', new: 1 },
    ]);
  });

  test('type matters, notation does not', () => {
    expect(diffValues({ a: 1, n: Number.NaN }, { a: 1.0, n: Number.NaN })).toEqual([]);
    expect(diffValues({ a: '1' }, { a: 1 })).toHaveLength(1);
    expect(diffValues({ a: null }, { a: false })).toHaveLength(1);
    expect(diffValues({ a: 12345678901234567890n }, { a: 12345678901234567891n })).toHaveLength(1);
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
    fc.assert(
      fc.property(tree, tree, (a, b) => {
        expect(diffValues(a, a)).toEqual([]);
        expect(diffValues(a, b).length === 0).toBe(equalValues(a, b));
      }),
    );
  });
});
