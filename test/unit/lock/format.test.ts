import { describe, expect, test } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import { EMPTY_LOCK, formatLock, parseLock, updateLock } from '../../../src/core/lock/format.ts';
import type { Lock } from '../../../src/core/lock/types.ts';
import { canonicalJson, parseCanonicalJson } from '../../../src/core/encoding/canonical-json.ts';
import type { Value } from '../../../src/core/value.ts';
import { fc } from '../../helpers/properties.ts';

const D = 'a'.repeat(64) as Digest;
const lock: Lock = {
  ...EMPTY_LOCK,
  stages: {
    b: { cmd: ['one', 'two'], outs: { z: { digest: D, size: 1 }, a: { digest: D, size: 2, kind: 'tree', files: 3 } } },
    a: { params: { 'params.yaml': { 'x.y': Number.NaN, big: 123456789012345678901n } } },
  },
};

describe('the lock file', () => {
  test('is canonical: keys sorted, one value a line, two spaces, final newline', () => {
    expect(formatLock(lock)).toBe(`{
  "hash": "blake3-256",
  "schema": 1,
  "stages": {
    "a": {
      "params": {
        "params.yaml": {
          "big": 123456789012345678901,
          "x.y": {"$number":"NaN"}
        }
      }
    },
    "b": {
      "cmd": [
        "one",
        "two"
      ],
      "outs": {
        "a": {
          "digest": "${D}",
          "files": 3,
          "kind": "tree",
          "size": 2
        },
        "z": {
          "digest": "${D}",
          "size": 1
        }
      }
    }
  }
}
`);
  });

  test('is read back as it was written, long integers and NaN included', () => {
    expect(parseLock('pipeline.lock', formatLock(lock))).toEqual(lock);
  });

  test('drops stages that no longer exist and keeps the others', () => {
    const updated = updateLock(lock, new Map([['c', { cmd: 'new' }]]), (name) => name !== 'b');
    expect(Object.keys(updated.stages).sort()).toEqual(['a', 'c']);
  });

  test.each([
    ['not JSON', '{', 'MLO_FORMAT', "'sub/pipeline.lock' is damaged: "],
    ['a list', '[]', 'MLO_FORMAT', 'it is not a JSON object'],
    ['no schema', '{"hash": "blake3-256", "stages": {}}', 'MLO_FORMAT', '"schema" should be 1'],
    ['another hash', '{"schema": 1, "hash": "md5", "stages": {}}', 'MLO_FORMAT', '"hash" should be "blake3-256"'],
    ['stages that are a list', '{"schema": 1, "hash": "blake3-256", "stages": []}', 'MLO_FORMAT', '"stages" should be an object'],
    ['a stage that is a text', '{"schema": 1, "hash": "blake3-256", "stages": {"a": "x"}}', 'MLO_FORMAT', "stage 'a' is not an object"],
    [
      'a newer schema',
      '{"schema": 2, "hash": "blake3-256", "stages": {}}',
      'MLO_FORMAT_VERSION',
      "'sub/pipeline.lock' has schema 2; this mlo reads up to 1",
    ],
    [
      'an out without a digest',
      '{"schema": 1, "hash": "blake3-256", "stages": {"a": {"outs": {"o": {"size": 1}}}}}',
      'MLO_FORMAT',
      "stage 'a': outs 'o' is not a digest with a size",
    ],
    [
      'the markers of a merge',
      '{\n<<<<<<< ours\n=======\n>>>>>>> theirs\n}',
      'MLO_FORMAT',
      "'sub/pipeline.lock' has merge conflict markers: both sides ran the same stages",
    ],
    [
      'an out outside',
      `{"schema": 1, "hash": "blake3-256", "stages": {"a": {"outs": {"../o": {"size": 1, "digest": "${D}"}}}}}`,
      'MLO_PATH_UNSAFE',
      '../o',
    ],
    [
      'code that is no digest',
      '{"schema": 1, "hash": "blake3-256", "stages": {"a": {"code": {"x.ts": "?"}}}}',
      'MLO_FORMAT',
      "stage 'a': code 'x.ts' is not a digest",
    ],
  ])('refuses %s, and says what is wrong', (_, text, code, message) => {
    const error: unknown = expect.objectContaining({ code, message: expect.stringContaining(message) });
    expect(() => parseLock('sub/pipeline.lock', text)).toThrow(error as Error);
  });

  test('with markers of a merge says how to go on', () => {
    const hint: unknown = expect.stringContaining('Keep one block of each in sub/pipeline.lock (or all of one side');
    expect(() => parseLock('sub/pipeline.lock', '>>>>>>> theirs')).toThrow(expect.objectContaining({ hint }) as Error);
  });

  test('property: canonical JSON of a value does not depend on the order of keys, and reads back', () => {
    const value = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        fc.constant(null),
        fc.boolean(),
        fc.double(),
        fc.bigInt({ min: 2n ** 60n }),
        fc.string(),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__' && key !== '$number'),
          tie('value'),
          { maxKeys: 3 },
        ),
      ),
    })).value;
    fc.assert(
      fc.property(value, (each) => {
        const text = canonicalJson(each);
        expect(canonicalJson(reversed(each))).toBe(text);
        expect(canonicalJson(parseCanonicalJson(text))).toBe(text);
      }),
    );
  });
});

function reversed(value: Value): Value {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, each]) => [key, reversed(each)]),
  );
}
