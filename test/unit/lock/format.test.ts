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
    ['not JSON', '{', 'MLO_FORMAT'],
    ['a list', '[]', 'MLO_FORMAT'],
    ['no schema', '{"stages": {}}', 'MLO_FORMAT'],
    ['another hash', '{"schema": 1, "hash": "md5", "stages": {}}', 'MLO_FORMAT'],
    ['a newer schema', '{"schema": 2, "hash": "blake3-256", "stages": {}}', 'MLO_FORMAT_VERSION'],
    ['an out without a digest', '{"schema": 1, "hash": "blake3-256", "stages": {"a": {"outs": {"o": {"size": 1}}}}}', 'MLO_FORMAT'],
    [
      'an out outside',
      `{"schema": 1, "hash": "blake3-256", "stages": {"a": {"outs": {"../o": {"size": 1, "digest": "${D}"}}}}}`,
      'MLO_PATH_UNSAFE',
    ],
    ['code that is no digest', '{"schema": 1, "hash": "blake3-256", "stages": {"a": {"code": {"x.ts": "?"}}}}', 'MLO_FORMAT'],
  ])('refuses %s', (_, text, code) => {
    expect(() => parseLock('pipeline.lock', text)).toThrow(expect.objectContaining({ code }));
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
