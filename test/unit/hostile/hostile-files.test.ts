import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readParsed, writeParsed } from '../../../src/app/parsed-cache.ts';
import { recoverSetAside } from '../../../src/app/repro-verify/set-aside.ts';
import { parseEntry } from '../../../src/cache/run-cache.ts';
import { cacheUsers } from '../../../src/cache/sharing/projects.ts';
import { parseCanonicalJson } from '../../../src/core/encoding/canonical-json.ts';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { parseLock } from '../../../src/core/lock/format.ts';
import { parseParamsText } from '../../../src/core/params/parse.ts';
import { parseTable } from '../../../src/core/plots/parse-table.ts';
import { parsePointer } from '../../../src/core/pointer.ts';
import { globMatcher } from '../../../src/core/text/glob.ts';
import { readCsv, readNpy } from '../../../src/data.ts';
import { openIgnore } from '../../../src/fs/ignore.ts';
import { describePackage, packageOf, type PackageLocation } from '../../../src/runtime/module/installed-packages.ts';
import { readLine } from '../../../src/tracking/merge/read-line.ts';
import { appContext, temporaryFolder } from '../../helpers/index.ts';

/** Each was found by `test/faults/fuzz`, or on the way. */

const DIGEST = 'a'.repeat(64);

function errorOf(work: () => unknown): MloError {
  try {
    work();
  } catch (error) {
    if (error instanceof MloError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function lockWith(entry: unknown): string {
  return JSON.stringify({ hash: 'blake3-256', schema: 1, stages: { train: entry } });
}

describe('a lock', () => {
  it.each([
    [{ params: { 'params.yaml': null } }, "params 'params.yaml' is not an object"],
    [{ env: { HOME: 1 } }, "env 'HOME' is not a digest"],
    [{ packages: { 'a > b@1': {} } }, "packages 'a > b@1' is not a text"],
    [{ cmd: [1] }, '"cmd" is not a text or a list of texts'],
    [{ outs: { o: { digest: DIGEST, size: 1e308 } } }, "outs 'o' is not a digest with a size"],
    [{ outs: { o: { digest: DIGEST, size: 1, mode: 'text' } } }, "outs 'o' is not a digest with a size"],
    [{ deps: null }, '"deps" is not an object'],
  ])('with %j says where it is damaged', (entry, why) => {
    const error = errorOf(() => parseLock('pipeline.lock', lockWith(entry)));
    expect(error.code).toBe('MLO_FORMAT');
    expect(error.message).toBe(`'pipeline.lock' is damaged: stage 'train': ${why}`);
  });
});

it('a pointer has a size that a file can have', () => {
  const pointer = { digest: DIGEST, hash: 'blake3-256', schema: 1 };
  for (const size of [-1, 0.5, 1e308])
    expect(errorOf(() => parsePointer('x.mlo', JSON.stringify({ ...pointer, size }))).message).toContain('it holds no digest and size');
});

it('an entry of the run-cache whose parts are of another type counts as not there', () => {
  const entry = { schema: 1, outs: {}, run: { id: 'a', startedMs: 1, durationMs: 1 } };
  expect(parseEntry(JSON.stringify({ ...entry, record: { run: 'a.ts' } }))).toBeDefined();
  expect(parseEntry(JSON.stringify({ ...entry, record: { deps: { x: null } } }))).toBeUndefined();
  expect(parseEntry(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toBeUndefined();
});

describe('nesting', () => {
  const nested = (open: string, close: string, levels: number): string => `${open.repeat(levels)}0${close.repeat(levels)}`;

  it('of hundreds of levels is read from every kind of file, and can stand in a lock', () => {
    for (const [path, text] of [
      ['p.json', nested('{"a":', '}', 990)],
      ['p.yaml', nested('{a: ', '}', 400)],
      ['p.toml', `${Array.from({ length: 990 }, () => 'a').join('.')} = 0`],
    ] as const)
      expect(parseCanonicalJson(JSON.stringify(parseParamsText(path, text)))).toEqual(parseParamsText(path, text));
  });

  it('that is deeper is refused, however it is written', () => {
    for (const [path, text] of [
      ['p.json', nested('{"a":', '}', 1_010)],
      ['p.yaml', nested('{a: ', '}', 1_010)],
      ['p.yaml', Array.from({ length: 1_010 }, (_, each) => `a${each}: &a${each} {x: ${each === 0 ? '0' : `*a${each - 1}`}}\n`).join('')],
      ['p.toml', `${Array.from({ length: 1_010 }, () => 'a').join('.')} = 0`],
    ] as const)
      expect(errorOf(() => parseParamsText(path, text)).message).toBe('this file is nested too deeply to be read');
    expect(() => parseCanonicalJson(nested('[', ']', 1_300))).toThrow(SyntaxError);
    expect(() => parseCanonicalJson(nested('[', ']', 5_000))).toThrow(SyntaxError);
  });

  it('of plots ends the search for points', async () => {
    const text = nested('{"a":', '}', 100_000);
    await expect(parseTable('p.json', text, { header: true, wanted: [] })).rejects.toMatchObject({ code: 'MLO_PLOT' });
    const row = `[{"x": 1, "b": ${text}}]`;
    expect((await parseTable('p.json', row, { header: true, wanted: [] })).names).toEqual(['x']);
  });
});

it('a text of 20 MB in JSON is a text like any other', () => {
  const text = 'x'.repeat(20_000_000);
  expect(parseParamsText('p.json', JSON.stringify({ text }))['text']).toHaveLength(text.length);
  expect(errorOf(() => parseParamsText('p.json', '{"a": "b\\x"}')).message).toContain('must be escaped');
});

describe('.mloignore', () => {
  it.each([
    [`${'*a'.repeat(40)}*b`, 'a'.repeat(250)],
    [`/${'*?a'.repeat(100)}`, 'a'.repeat(250)],
    [`${'**/a/'.repeat(60)}b`, 'a/'.repeat(120)],
    [`${'**/*a*/'.repeat(100)}b`, `${'a'.repeat(200)}/`.repeat(19)],
    [`x${'*[!b]'.repeat(20_000)}`, 'x'.repeat(250)],
  ])('with a pattern that a regular expression would try for days says no at once', async (pattern, start) => {
    const root = await temporaryFolder();
    writeFileSync(join(root, '.mloignore'), `${pattern}\n`);
    const rules = openIgnore(root);
    expect([rules.ignores(`${start}c`, false), rules.ignores(`${start}c`, true)]).toEqual([false, false]);
  });
});

it('a pattern with many stars says no at once, and a range with nothing in it matches nothing', () => {
  expect(globMatcher(`${'*a'.repeat(40)}*b`)('a'.repeat(5_000))).toBe(false);
  expect(globMatcher('[z-a]')('b')).toBe(false);
});

it('a number with many digits in the place of a list is told as it is', () => {
  const line = '{"type":"models","models":12345678901234567890}';
  expect(errorOf(() => readLine(line, 3)).message).toContain('models must be a list');
});

it('the file of a project that uses a cache may say nothing', async () => {
  const cache = await temporaryFolder();
  mkdirSync(join(cache, 'projects'));
  writeFileSync(join(cache, 'projects/x.json'), 'null');
  expect(cacheUsers(cache).unreadable).toEqual([join(cache, 'projects/x.json')]);
});

it('what parsing gave is not believed once it was changed', async () => {
  const folder = await temporaryFolder();
  writeParsed(folder, 'pipeline', 'all', [], { stages: 1 }, () => undefined);
  const text = JSON.stringify({ schema: 3, about: 'all', sources: [], value: { stages: 2 } });
  expect(readParsed(folder, 'pipeline', 'all', () => undefined)).toEqual({ stages: 1 });
  for (const other of [text, 'null', '{}', `${text}\n${DIGEST}\n`]) {
    writeFileSync(join(folder, 'pipeline.json'), other);
    expect(readParsed(folder, 'pipeline', 'all', () => undefined)).toBeUndefined();
  }
});

it.each(['', 'null', '{"schema": 1}', '{"schema": 1, "moved": {"0": 5}}', '{"schema": 1, "moved": {"0": "../x"}}'])(
  'moved.json with %j is refused',
  async (text) => {
    const root = await temporaryFolder();
    mkdirSync(join(root, '.mlo/verify'), { recursive: true });
    writeFileSync(join(root, '.mlo/verify/moved.json'), text);
    const error = errorOf(() => recoverSetAside({ root, mloDir: join(root, '.mlo'), ctx: appContext(root) }));
    expect(['MLO_FORMAT', 'MLO_PATH_UNSAFE']).toContain(error.code);
  },
);

it.each(['null', '{"packages": null}', '{"packages": {"node_modules/a": null}}', '{"packages": {"node_modules/a": {"version": 1}}}'])(
  'a package-lock.json with %s says nothing of a package',
  async (text) => {
    const root = await temporaryFolder();
    const location = packageOf(join(root, 'node_modules/a/index.js')) as PackageLocation;
    mkdirSync(location.folder, { recursive: true });
    writeFileSync(join(root, 'package-lock.json'), text);
    writeFileSync(join(location.folder, 'package.json'), 'null');
    expect(describePackage(location)).toMatchObject({ name: 'a', version: '', integrity: '' });
  },
);

describe('data files', () => {
  it('of .npy have no more dimensions than NumPy knows', async () => {
    const path = join(await temporaryFolder(), 'x.npy');
    const header = `{'descr': '<f4', 'fortran_order': True, 'shape': (${'1, '.repeat(65)}), }`;
    const start = Buffer.from('\u0093NUMPY\u0001\0\0\0', 'latin1');
    start.writeUInt16LE(header.length, 8);
    writeFileSync(path, Buffer.concat([start, Buffer.from(header), Buffer.alloc(4)]));
    await expect(readNpy(path)).rejects.toThrow('too many dimensions: expected at most 64, found 65');
  });

  it('of CSV may have as many columns as rows', async () => {
    const path = join(await temporaryFolder(), 'x.csv');
    const count = 20_000;
    writeFileSync(path, `${Array.from({ length: count }, (_, each) => `c${each}`).join(',')}\n${'1,'.repeat(count - 1)}1\n`);
    const table = await readCsv(path);
    expect(table.columns['c19999']?.data[0]).toBe(1);
  });
});
