import { describe, expect, test } from 'vitest';
import { equalValues, getKey } from '../../../src/core/params/keys.ts';
import { parseParamsText } from '../../../src/core/params/parse.ts';
import { setFrozenInText } from '../../../src/core/params/set-frozen.ts';
import { setParamInText } from '../../../src/core/params/set.ts';
import { addStageToText, removeStageFromText } from '../../../src/core/pipeline/edit-stages.ts';
import type { Value } from '../../../src/core/value.ts';
import { fc } from '../../helpers/properties.ts';

const TEXT = `# Numbers of the pipeline.
seed: 7   # the draw

train:
  # Step size.
  learning_rate: 0.10  # small
  model: 'linear'
  name: "first"
  layers: [16, 8]
  optimizer: {name: adam, beta: 0.9}
  schedule:
    - 1
    - 2
  empty:
split: {}

# the end
`;

function set(key: string, value: string, text = TEXT): string {
  return setParamInText('params.yaml', text, key, value);
}

describe('a key that exists', () => {
  test.each([
    ['seed', '8', 'seed: 7   # the draw', 'seed: 8   # the draw'],
    ['train.learning_rate', '0.050', 'learning_rate: 0.10  # small', 'learning_rate: 0.050  # small'],
    ['train.learning_rate', '1e-5', 'learning_rate: 0.10 ', 'learning_rate: 1e-5 '],
    ['train.model', 'mlp', "model: 'linear'", "model: 'mlp'"],
    ['train.model', "it's", "model: 'linear'", "model: 'it''s'"],
    ['train.model', '5', "model: 'linear'", 'model: 5'],
    ['train.name', 'second', 'name: "first"', 'name: "second"'],
    ['train.layers', '[32]', 'layers: [16, 8]', 'layers: [32]'],
    ['train.layers.0', '17', 'layers: [16, 8]', 'layers: [17, 8]'],
    ['train.layers[1]', '9', 'layers: [16, 8]', 'layers: [16, 9]'],
    ['train.layers.1', 'a, b', 'layers: [16, 8]', 'layers: [16, "a, b"]'],
    ['train.optimizer.beta', '0.99', 'beta: 0.9}', 'beta: 0.99}'],
    ['train.schedule.1', '3', '    - 2', '    - 3'],
    ['train.empty', 'full', '  empty:', '  empty: full'],
    ['train.schedule', '[5]', '  schedule:\n    - 1\n    - 2\n', '  schedule: [5]\n'],
    ['train.optimizer', 'sgd', 'optimizer: {name: adam, beta: 0.9}', 'optimizer: sgd'],
    ['split', '3', 'split: {}', 'split: 3'],
  ])('%s=%s changes its value and not one other byte', (key, value, before, after) => {
    expect(TEXT).toContain(before);
    expect(set(key, value)).toBe(TEXT.replace(before, after));
  });

  test('a whole block becomes a value; the comments above it stay', () => {
    expect(set('train', 'none')).toBe(
      '# Numbers of the pipeline.\nseed: 7   # the draw\n\ntrain: none\n  # Step size.\nsplit: {}\n\n# the end\n',
    );
  });

  test('block text is replaced', () => {
    expect(set('a', 'short', 'a: |\n  long\n  text\nb: 1\n')).toBe('a: short\nb: 1\n');
  });

  test('Windows line ends stay', () => {
    expect(set('a', '2', 'a: 1\r\nb: 2\r\n')).toBe('a: 2\r\nb: 2\r\n');
    expect(parseParamsText('p.yaml', set('c', '3', 'a: 1\r\nb: 2\r\n'))).toEqual({ a: 1, b: 2, c: 3 });
  });
});

describe('a key that does not exist', () => {
  test.each([
    ['train.epochs', '60', '    - 2\n  empty:\n', '    - 2\n  empty:\n  epochs: 60\n'],
    ['new', 'x', 'split: {}\n', 'split: {}\nnew: x\n'],
    ['new.a.b', '1', 'split: {}\n', 'split: {}\nnew:\n  a:\n    b: 1\n'],
    ['split.test', '0.2', 'split: {}', 'split: {test: 0.2}'],
    ['split.a.b', '1', 'split: {}', 'split: {a: {b: 1}}'],
    ['train.optimizer.eps', '1e-8', 'beta: 0.9}', 'beta: 0.9, eps: 1e-8}'],
    ['train.empty.deep', '1', '  empty:\n', '  empty:\n    deep: 1\n'],
  ])('%s=%s is added where it belongs', (key, value, before, after) => {
    expect(set(key, value)).toBe(TEXT.replace(before, after));
  });

  test.each([
    ['', 'a: 1\n'],
    ['# only a comment', '# only a comment\na: 1\n'],
    ['b: 2', 'b: 2\na: 1\n'],
    ['{}', '{a: 1}'],
    ['a: 2', 'a: 1'],
    ['b:\n    - 1', 'b:\n    - 1\na: 1\n'],
  ])('in %j', (text, expected) => {
    expect(set('a', '1', text)).toBe(expected);
  });

  test('below a null that is written out', () => {
    expect(set('a.b', '1', 'a: null  # why\n')).toBe('a:  # why\n  b: 1\n');
    expect(set('x.a.b', '1', 'x: {a: ~, c: 1}\n')).toBe('x: {a: {b: 1}, c: 1}\n');
  });

  test('a key that looks like something else is quoted', () => {
    expect(set('true', '1', 'a: 1\n')).toBe('a: 1\n"true": 1\n');
    expect(set('x y', '1', 'a: 1\n')).toBe('a: 1\n"x y": 1\n');
  });
});

describe('a byte order mark and CRLF, as some editors for Windows write', () => {
  const TEXTS = ['\uFEFF', ''].map((mark) => (text: string) => mark + text.replaceAll('\n', '\r\n'));

  test.each([
    ['lr', '2', 'lr: 1\n', 'lr: 2\n'],
    ['b', '5', 'new:\n', 'new:\nb: 5\n'],
    ['new.k', '3', '  j: 1\n', '  j: 1\n  k: 3\n'],
    ['new', '3', 'new:\n  j: 1\n', 'new: 3\n'],
  ])('stay where %s=%s is set', (key, value, before, after) => {
    const text = 'lr: 1\n# kept\nlist: [1, 2] # kept\nnew:\n  j: 1\n'.replace(key === 'b' ? '  j: 1\n' : '', '');
    for (const written of TEXTS) expect(set(key, value, written(text))).toBe(written(text.replace(before, after)));
  });

  test('stay where a stage is frozen, added or removed', () => {
    const stages = 'stages:\n  a: # kept\n    cmd: x\n  b:\n    cmd: y\n';
    for (const written of TEXTS) {
      expect(setFrozenInText('pipeline.yaml', written(stages), 'a', true)).toBe(written(stages.replace('x\n', 'x\n    frozen: true\n')));
      expect(removeStageFromText('pipeline.yaml', written(stages), 'b')).toBe(written(stages.replace('  b:\n    cmd: y\n', '')));
      expect(addStageToText('pipeline.yaml', written(stages), 'c', { cmd: 'z' })).toBe(written(`${stages}  c:\n    cmd: z\n`));
      expect(addStageToText('pipeline.yaml', written('stages: {}\n'), 'c', { cmd: 'z' })).toBe(written('stages:\n  c:\n    cmd: z\n'));
    }
  });
});

describe('the type of the value', () => {
  test.each<[string, Value]>([
    ['5', 5],
    ['5.0', 5],
    ['true', true],
    ['yes', 'yes'],
    ['null', null],
    ['', null],
    ['"5"', '5'],
    ["'a b'", 'a b'],
    ['[1, [2, x]]', [1, [2, 'x']]],
    ['{a: 1, b: {c: x}}', { a: 1, b: { c: 'x' } }],
    ['a: b', 'a: b'],
    ['- a', '- a'],
    ['a # b', 'a # b'],
    ['#x', '#x'],
    ['*star', '*star'],
    ['&amp', '&amp'],
    ['!tag', '!tag'],
    ['@x', '@x'],
    ['[unclosed', '[unclosed'],
    ['${x}', '${x}'],
    ['two\nlines', 'two\nlines'],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['2020-01-01', '2020-01-01'],
    ['a=b', 'a=b'],
  ])('of %j is that of YAML', (written, value) => {
    expect(getKey(parseParamsText('p.yaml', set('seed', written)), 'seed')).toEqual(value);
    expect(getKey(parseParamsText('p.json', setParamInText('p.json', '{"seed": 1}', 'seed', written)), 'seed')).toEqual(value);
  });
});

describe('anchors', () => {
  test('a key that came in by << gets an own value', () => {
    const text = 'base: &b\n  lr: 1\nown:\n  <<: *b\n  size: 2\n';
    expect(set('own.lr', '5', text)).toBe('base: &b\n  lr: 1\nown:\n  <<: *b\n  size: 2\n  lr: 5\n');
  });

  test('an alias is replaced, and what it stands for stays', () => {
    expect(parseParamsText('p.yaml', set('b', '5', 'a: &x 1\nb: *x\n'))).toEqual({ a: 1, b: 5 });
  });

  test.each([
    ['a', 'a: &x 1\nb: *x\n'],
    ['b.k', 'a: &x {k: 1}\nb: *x\n'],
  ])('setting %s in %j, which would change another value, is refused', (key, text) => {
    expect(() => set(key, '5', text)).toThrow(/cannot be set in 'params.yaml' without changing other values/);
  });
});

describe('JSON', () => {
  const JSON_TEXT = '{\n    "a": 1,\n    "b": {"c": [1, 2], "d": {}},\n    "s": "x"\n}\n';

  test.each([
    ['a', '2.50', '"a": 1', '"a": 2.50'],
    ['b.c', '[3]', '[1, 2]', '[3]'],
    ['b.c.1', '5', '[1, 2]', '[1, 5]'],
    ['b.d.e', 'text', '{}', '{"e": "text"}'],
    ['b.x.y', '1', '"d": {}}', '"d": {}, "x": {"y": 1}}'],
    ['s', '"5"', '"x"', '"5"'],
    ['n', 'null', '"s": "x"', '"s": "x",\n    "n": null'],
    ['a', '.5', '"a": 1', '"a": 0.5'],
  ])('%s=%s', (key, value, before, after) => {
    expect(setParamInText('p.json', JSON_TEXT, key, value)).toBe(JSON_TEXT.replace(before, after));
  });

  test.each(['', '{}', '{ }'])('in %j', (text) => {
    expect(parseParamsText('p.json', setParamInText('p.json', text, 'a.b', '1'))).toEqual({ a: { b: 1 } });
  });
});

describe('what cannot be set', () => {
  test.each([
    ['seed.x', /'seed\.x' cannot be set in 'params\.yaml': 'seed' is the number 7, not a map/],
    ['train.layers.5', /'train\.layers' is a list of 2/],
    ['train..x', /is not a param key/],
    ['', /is not a param key/],
  ])('%s', (key, message) => {
    expect(() => set(key, '1')).toThrow(message);
  });

  test('a file that cannot be read is told with its problems', () => {
    expect(() => set('a', '1', 'a: [')).toThrow(
      expect.objectContaining({ code: 'MLO_PARAMS', problems: [expect.objectContaining({ line: expect.any(Number) })] }),
    );
    expect(() => setParamInText('p.py', 'a = 1', 'a', '1')).toThrow(/would mean running it/);
  });
});

const name = fc.constantFrom('a', 'b', 'c', 'lr', 'on');
const scalarText = fc.constantFrom('1', '2.50', 'true', 'text', '"quoted"', "'single'", 'null', '[1, 2]', '{x: 1}', 'a: b', '1e-5', '');
/** Nested YAML in block style, with comments and blank lines. */
const yamlText = fc.letrec<{ map: readonly string[] }>((tie) => ({
  map: fc
    .uniqueArray(fc.tuple(name, fc.oneof({ depthSize: 'small' }, scalarText, tie('map')), fc.boolean()), {
      selector: ([key]) => key,
      minLength: 1,
      maxLength: 4,
    })
    .map((entries) =>
      entries.flatMap(([key, value, comment]) => [
        ...(comment ? ['# about it', ''] : []),
        ...(typeof value === 'string'
          ? [`${key}: ${value === 'a: b' ? '"a: b"' : value}${comment ? '  # why' : ''}`]
          : [`${key}:`, ...value.map((line) => (line === '' ? line : `  ${line}`))]),
      ]),
    ),
})).map;

test('in any file, setting any key changes that key, keeps every other value and every comment', () => {
  fc.assert(
    fc.property(yamlText, fc.array(name, { minLength: 1, maxLength: 3 }), scalarText, (lines, path, value) => {
      const text = `${lines.join('\n')}\n`;
      const before = parseParamsText('p.yaml', text);
      const above = path.slice(0, -1).map((_, index) => getKey(before, path.slice(0, index + 1).join('.')));
      // A value that is no map stands in the way.
      fc.pre(above.every((one) => one === undefined || one === null || (typeof one === 'object' && !Array.isArray(one))));
      const key = path.join('.');
      const edited = setParamInText('p.yaml', text, key, value);
      const after = parseParamsText('p.yaml', edited);
      const expected = parseParamsText('v.yaml', `v: ${value === 'a: b' ? '"a: b"' : value}`)['v'] as Value;
      expect(equalValues(getKey(after, key) as Value, expected)).toBe(true);
      const replacedWasMap = typeof getKey(before, key) === 'object' && getKey(before, key) !== null;
      if (!replacedWasMap) expect(edited.match(/#.*/g) ?? []).toEqual(text.match(/#.*/g) ?? []);
      // And back: the rest was not touched.
      const old = getKey(before, key);
      if (old === undefined || typeof old === 'object') return;
      expect(
        equalValues(
          parseParamsText('p.yaml', setParamInText('p.yaml', edited, key, typeof old === 'string' ? JSON.stringify(old) : String(old))),
          before,
        ),
      ).toBe(true);
    }),
    { numRuns: 500 },
  );
});
