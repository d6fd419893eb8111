import { chmodSync, closeSync, existsSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache } from '../../../src/cache/types.ts';
import type { Content } from '../../../src/core/content.ts';
import { STREAM_BYTES } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';

/** Larger than a piece, and no multiple of one. */
const BYTES = Buffer.alloc(2 * STREAM_BYTES + 77, 'every piece is another one, ');

interface Stored {
  readonly cache: Cache;
  readonly content: Content;
  /** Of the object. */
  readonly file: string;
  readonly cacheDir: string;
}

async function stored(): Promise<Stored> {
  const root = await temporaryFolder();
  const cacheDir = join(root, 'cache');
  const cache = openCache({ cacheDir, stateDir: join(root, 'state'), root, link: ['copy'] });
  writeFileSync(join(root, 'large'), BYTES);
  const content = await cache.commit(join(root, 'large'));
  const [file = ''] = readdirSync(join(cacheDir, 'objects'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return { cache, content, file, cacheDir };
}

async function pieces(cache: Cache, content: Content): Promise<readonly Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of cache.stream(content)) all.push(piece);
  return all;
}

describe('a stream of a large object', () => {
  it('gives its bytes in pieces', async () => {
    const { cache, content } = await stored();
    const all = await pieces(cache, content);
    expect(all.map((piece) => piece.length)).toEqual([STREAM_BYTES, STREAM_BYTES, 77]);
    expect(Buffer.concat(all).equals(BYTES)).toBe(true);
    await cache.close();
  });

  it('ends with an error where a bit of it has changed, and the object is set aside', async () => {
    const { cache, content, file, cacheDir } = await stored();
    chmodSync(file, 0o644);
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.from('X'), 0, 1, STREAM_BYTES + 5);
    closeSync(handle);
    await expect(pieces(cache, content)).rejects.toMatchObject({ code: 'MLO_OBJECT_CORRUPT' });
    expect([existsSync(file), existsSync(join(cacheDir, 'corrupt', content.digest))]).toEqual([false, true]);
    expect(cache.has(content)).toBe(false);
    await cache.close();
  });

  it('of which the end is gone is no shorter file, but an error', async () => {
    const { cache, content, file } = await stored();
    rmSync(file);
    writeFileSync(file, BYTES.subarray(0, STREAM_BYTES + 1));
    await expect(pieces(cache, content)).rejects.toMatchObject({ code: 'MLO_OBJECT_CORRUPT' });
    await cache.close();
  });

  it('that is not there says so before its first byte', async () => {
    const { cache, content, file } = await stored();
    rmSync(file);
    await expect(pieces(cache, content)).rejects.toMatchObject({ code: 'MLO_OBJECT_MISSING' });
    await cache.close();
  });
});
