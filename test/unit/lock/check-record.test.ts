import { describe, expect, it } from 'vitest';
import { recordFault } from '../../../src/core/lock/check-record.ts';
import type { Value, ValueMap } from '../../../src/core/value.ts';

const D = 'a'.repeat(64);
const content = (more: ValueMap = {}): ValueMap => ({ digest: D, size: 1, ...more });
const faultOf = (record: { readonly [key: string]: Value }): string | undefined => recordFault(record as ValueMap);

describe('a record of a lock', () => {
  it('may have everything that its format has', () => {
    const deps = {
      file: content(),
      tree: content({ kind: 'tree', files: 0 }),
      link: content({ kind: 'symlink', size: 0 }),
      tool: content({ mode: 'exec' }),
      's3://b/k': content({ etag: 'e', version: 'v' }),
    };
    const code = { 'a.ts': D, 'b.ts': 'missing' };
    expect(
      faultOf({ cmd: ['a', 'b'], shell: 'bash', wdir: 'x', seed: 2n ** 60n, deps, outs: deps, env: { A: D }, params: { p: {} } }),
    ).toBeUndefined();
    expect(faultOf({ run: 'a.ts', stageApi: 1, backend: 'wasm', seed: 3, code, packages: { 'x > y@1': '' } })).toBeUndefined();
    expect(faultOf({ run: 'a.ts', names: { deps: { train: 'a.csv' }, outs: {} } })).toBeUndefined();
    expect(faultOf({ cmd: 'a' })).toBeUndefined();
    expect(faultOf({})).toBeUndefined();
  });

  it.each(['run', 'shell', 'wdir', 'backend'])('has a text as %s', (key) => {
    for (const value of [null, 1, {}, ['a'], true]) expect(faultOf({ [key]: value })).toBe(`"${key}" is not a text`);
  });

  it.each(['seed', 'stageApi'])('has a number as %s', (key) => {
    for (const value of [null, '1', {}, [1], true]) expect(faultOf({ [key]: value })).toBe(`"${key}" is not a number`);
  });

  it('has a text or texts as cmd', () => {
    for (const cmd of [null, 1, {}, ['a', 1], [null]]) expect(faultOf({ cmd })).toBe('"cmd" is not a text or a list of texts');
  });

  it.each(['deps', 'outs', 'code', 'env', 'packages', 'params', 'names'])('has an object as %s', (section) => {
    for (const value of [null, 1, 'text', [], true]) expect(faultOf({ [section]: value })).toBe(`"${section}" is not an object`);
  });

  it.each(['deps', 'outs'])('says of all %s what lies there', (section) => {
    for (const value of [
      null,
      D,
      {},
      { size: 1 },
      { digest: D },
      { digest: 'A'.repeat(64), size: 1 },
      content({ size: -1 }),
      content({ size: 0.5 }),
      content({ size: '1' }),
      content({ size: 2 ** 60 }),
      content({ kind: 'file' }),
      content({ kind: '' }),
      content({ files: -1 }),
      content({ files: null }),
      content({ mode: '755' }),
      content({ mode: '' }),
      content({ etag: 1 }),
      content({ version: null }),
    ])
      expect(faultOf({ [section]: { good: content(), x: value } })).toBe(`${section} 'x' is not a digest with a size`);
  });

  it.each([
    ['code', 'gone', 'a digest'],
    ['code', null, 'a digest'],
    ['env', 'missing', 'a digest'],
    ['env', 1, 'a digest'],
    ['packages', 1, 'a text'],
    ['params', 'x', 'an object'],
    ['params', [], 'an object'],
    ['names', 'a.csv', 'an object of texts'],
    ['names', { train: 1 }, 'an object of texts'],
  ] as const)('has no %s that is %j', (section, value, expected) => {
    expect(faultOf({ [section]: { x: value as Value } })).toBe(`${section} 'x' is not ${expected}`);
  });
});
