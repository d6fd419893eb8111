import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache } from '../../../src/cache/types.ts';
import type { Content } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';

let root: string;
const at = (path: string): string => join(root, path);
const open = (): Cache => openCache({ cacheDir: at('cache'), stateDir: at('state'), root });

beforeEach(async () => {
  root = await temporaryFolder('mlo-corrupt-');
});

function flip(file: string, byte: number): void {
  chmodSync(file, 0o644);
  const bytes = readFileSync(file);
  bytes[byte] = (bytes[byte] ?? 0) ^ 4;
  writeFileSync(file, bytes);
}

function segments(): readonly string[] {
  return readdirSync(at('cache/journal')).map((name) => at(`cache/journal/${name}`));
}

function looseFile(content: Content): string {
  return at(`cache/objects/${content.digest.slice(0, 2)}/${content.digest.slice(2)}`);
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a broken object', () => {
  it.each([
    ['of a few bytes', 100],
    ['of 100 kB', 100_000],
    ['of 9 MB', 9_000_000],
  ])('%s is never placed; it is set aside, and good bytes can be stored again', async (_name, size) => {
    const bytes = Buffer.alloc(size, 'content');
    writeFileSync(at('file'), bytes);
    let cache = open();
    const content = await cache.commit(at('file'));
    await cache.close();
    const [segment] = existsSync(at('cache/journal')) ? segments() : [];
    flip(segment ?? looseFile(content), segment === undefined ? size - 1 : readFileSync(segment).indexOf('contentcontent') + 3);
    rmSync(at('file'));
    cache = open();
    expect(await failure(cache.checkout(content, at('file')))).toMatchObject({
      code: 'MLO_OBJECT_CORRUPT',
      message: expect.stringContaining(content.digest),
      details: { path: 'file' },
    });
    expect(existsSync(at('file'))).toBe(false);
    expect(readdirSync(root).filter((name) => name.startsWith('.mlo-tmp'))).toEqual([]);
    expect(existsSync(at(`cache/corrupt/${content.digest}`))).toBe(true);
    expect(cache.has(content)).toBe(false);
    await cache.close();

    cache = open();
    expect(cache.has(content)).toBe(false);
    writeFileSync(at('file'), bytes);
    await cache.commit(at('file'));
    await cache.close();
    cache = open();
    rmSync(at('file'));
    await cache.checkout(content, at('file'));
    expect(readFileSync(at('file')).equals(bytes)).toBe(true);
    await cache.close();
  });

  it('in a folder stops the checkout before anything was changed', async () => {
    mkdirSync(at('data'));
    for (const name of ['a', 'b', 'c']) writeFileSync(at(`data/${name}`), Buffer.alloc(70_000, name));
    let cache = open();
    const content = await cache.commit(at('data'));
    for (const name of ['a', 'b', 'c']) writeFileSync(at(`data/${name}`), `new ${name}`);
    await cache.commit(at('data'));
    await cache.close();
    flip(looseFile({ digest: hashBytes(Buffer.alloc(70_000, 'c')), size: 70_000, kind: 'file' }), 9);
    cache = open();
    expect(await failure(cache.checkout(content, at('data')))).toMatchObject({ code: 'MLO_OBJECT_CORRUPT' });
    expect(readdirSync(at('data')).map((name) => readFileSync(at(`data/${name}`), 'utf8'))).toEqual(['new a', 'new b', 'new c']);
    await cache.close();
  });

  it('is replaced by good bytes when its size is wrong', async () => {
    writeFileSync(at('file'), Buffer.alloc(80_000, 'z'));
    let cache = open();
    const content = await cache.commit(at('file'));
    await cache.close();
    chmodSync(looseFile(content), 0o644);
    writeFileSync(looseFile(content), 'cut');
    cache = open();
    expect(cache.has(content)).toBe(false);
    await cache.commit(at('file'));
    await cache.close();
    expect(readFileSync(looseFile(content)).length).toBe(80_000);
  });

  it('that is a tree is told as such', async () => {
    mkdirSync(at('data'));
    writeFileSync(at('data/a'), 'a');
    let cache = open();
    const content = await cache.commit(at('data'));
    await cache.close();
    const [segment = ''] = segments();
    flip(segment, readFileSync(segment).indexOf('mlo-tree') + 20);
    cache = open();
    expect(() => cache.readTree(content.digest)).toThrow(expect.objectContaining({ code: 'MLO_OBJECT_CORRUPT' }));
    await cache.close();
  });

  it('stays where it is in a cache that was opened read-only', async () => {
    writeFileSync(at('file'), Buffer.alloc(80_000, 'z'));
    const cache = open();
    const content = await cache.commit(at('file'));
    await cache.close();
    flip(looseFile(content), 5);
    const reader = openCache({ cacheDir: at('cache'), stateDir: at('state'), root, readOnly: true });
    expect(() => reader.readBytes(content.digest)).toThrow(expect.objectContaining({ code: 'MLO_OBJECT_CORRUPT' }));
    await reader.close();
    expect(existsSync(looseFile(content))).toBe(true);
  });
});

describe('a damaged journal', () => {
  const texts = ['first', 'second', 'third'];
  const key = hashBytes('key');
  let segment: string;
  let sealed: Buffer;
  let unsealed: Buffer;

  /** The segment as a closed cache leaves it, and as a killed process does. */
  beforeEach(async () => {
    const cache = open();
    for (const text of texts) cache.putBytes(Buffer.from(text));
    cache.runs.add(key, { schema: 1, record: { cmd: 'x' }, outs: {}, run: { id: 'run', startedMs: 1, durationMs: 1 } });
    [segment = ''] = segments();
    unsealed = readFileSync(segment);
    await cache.close();
    sealed = readFileSync(segment);
  });

  /** How much can be read; what can be read is right. */
  async function readable(): Promise<{ objects: number; runs: number }> {
    const cache = openCache({ cacheDir: at('cache'), stateDir: at('state'), root, readOnly: true });
    let objects = 0;
    for (const text of texts) {
      try {
        expect(cache.readBytes(hashBytes(text)).toString()).toBe(text);
        objects += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^MLO_OBJECT_(MISSING|CORRUPT)$/) });
      }
    }
    const runs = cache.runs.find(key);
    for (const run of runs) expect(run.record).toEqual({ cmd: 'x' });
    await cache.close();
    return { objects, runs: runs.length };
  }

  it('is whole before it is damaged', async () => {
    expect(await readable()).toEqual({ objects: 3, runs: 1 });
    writeFileSync(segment, unsealed);
    expect(await readable()).toEqual({ objects: 3, runs: 1 });
  });

  it('cut anywhere keeps all records before the cut', async () => {
    const ends = texts.map((text) => unsealed.indexOf(text) + text.length);
    for (let length = 0; length <= unsealed.length; length += 1) {
      writeFileSync(segment, unsealed.subarray(0, length));
      const { objects, runs } = await readable();
      expect(objects, `cut at ${length}`).toBe(ends.filter((end) => end <= length).length);
      expect(runs).toBe(length === unsealed.length ? 1 : 0);
    }
  });

  it('with a flipped bit anywhere never gives wrong bytes, and loses no more than one record', async () => {
    for (const whole of [unsealed, sealed]) {
      for (let byte = 14; byte < whole.length; byte += 3) {
        writeFileSync(segment, whole);
        flip(segment, byte);
        const { objects, runs } = await readable();
        expect(objects + runs, `byte ${byte} of ${whole.length}`).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it('of a newer format is refused with both versions', async () => {
    writeFileSync(segment, Buffer.concat([Buffer.from('mlo-journal 2\n\0\0'), unsealed.subarray(16)]));
    const cache = open();
    expect(() => cache.readBytes(hashBytes('first'))).toThrow(expect.objectContaining({ code: 'MLO_FORMAT_VERSION' }));
    await cache.close();
  });

  it('takes good bytes again, whatever was broken', async () => {
    for (let byte = 14; byte < unsealed.length; byte += 7) {
      for (const other of segments()) rmSync(other);
      writeFileSync(segment, unsealed);
      flip(segment, byte);
      const cache = open();
      for (const text of texts) cache.putBytes(Buffer.from(text));
      await cache.close();
      expect((await readable()).objects, `byte ${byte}`).toBe(3);
    }
  });
});
