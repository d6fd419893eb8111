import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RunCacheEntry } from '../../../src/cache/types.ts';
import { isDigest, type Digest } from '../../../src/core/content.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { expectCode, type CacheWorld } from './world.ts';

export function describeBytesAndRuns(world: CacheWorld): void {
  describe('bytes', () => {
    it('keeps bytes of any size', async () => {
      const small = world.cache.putBytes(Buffer.from('small'));
      const large = world.cache.putBytes(Buffer.alloc(100_000, 7));
      await world.reopen();
      expect(world.cache.readBytes(small.digest).toString()).toBe('small');
      expect(world.cache.readBytes(large.digest)).toEqual(Buffer.alloc(100_000, 7));
    });

    it('says which object is missing', () => {
      const digest = hashBytes('nowhere');
      expect(() => world.cache.readBytes(digest)).toThrow(
        expect.objectContaining({ code: 'MLO_OBJECT_MISSING', message: expect.stringContaining(digest) }),
      );
    });
  });

  describe('run-cache', () => {
    const key = hashBytes('key');
    const entry = (id: string, startedMs: number): RunCacheEntry => ({
      schema: 1,
      record: { cmd: `echo ${id}`, params: { 'params.yaml': { big: 12345678901234567890n, nan: Number.NaN } } },
      outs: { 'data/out.csv': { digest: hashBytes(id), size: 3 } },
      run: { id, startedMs, durationMs: 5 },
    });

    it('finds all entries of a key, newest first, whenever they were added', async () => {
      world.cache.runs.add(key, entry('b', 2000));
      await world.reopen();
      world.cache.runs.add(key, entry('c', 3000));
      world.cache.runs.add(key, entry('a', 1000));
      world.cache.runs.add(hashBytes('other'), entry('x', 9000));
      expect(world.cache.runs.find(key).map((found) => found.run.id)).toEqual(['c', 'b', 'a']);
      expect(world.cache.runs.find(key)[1]).toEqual(entry('b', 2000));
      expect(world.cache.runs.find(hashBytes('unknown'))).toEqual([]);
    });

    it('is seen by another process at once, without a flush', () => {
      const other = world.another();
      expect(other.runs.find(key)).toEqual([]);
      world.cache.runs.add(key, entry('a', 1));
      expect(other.runs.find(key)).toEqual([entry('a', 1)]);
    });

    it.each([
      ['a path out of the project', { ...entry('a', 1), outs: { '../up': { digest: hashBytes('a'), size: 1 } } }],
      ['a digest that is none', { ...entry('a', 1), outs: { out: { digest: 'abc' as Digest, size: 1 } } }],
      ['another schema', { ...entry('a', 1), schema: 2 as unknown as 1 }],
    ])('leaves out an entry with %s', (_name, broken) => {
      world.cache.runs.add(key, broken);
      world.cache.runs.add(key, entry('good', 1));
      expect(world.cache.runs.find(key).map((found) => found.run.id)).toEqual(['good']);
    });
  });

  it('gives what one process stored to another that is open already', async () => {
    const other = world.another();
    world.write('file', 'shared');
    const content = await world.cache.commit(world.at('file'));
    expect(other.has(content)).toBe(true);
    expect(other.readBytes(content.digest).toString()).toBe('shared');
    await other.close();
  });

  it('ends between two files when it is interrupted', async () => {
    const controller = new AbortController();
    controller.abort();
    world.write('large', Buffer.alloc(5 * 1024 * 1024));
    await expectCode(world.cache.commit(world.at('large'), { signal: controller.signal }), 'MLO_INTERRUPTED');
  });

  it('tells how far it is', async () => {
    world.write('large', Buffer.alloc(9 * 1024 * 1024));
    const told: number[] = [];
    const content = await world.cache.commit(world.at('large'), { onProgress: (bytes) => told.push(bytes) });
    rmSync(world.at('large'));
    await world.cache.checkout(content, world.at('large'), { onProgress: (bytes) => told.push(-bytes) });
    expect(told.at(-1)).toBe(-9 * 1024 * 1024);
    expect(isDigest(content.digest)).toBe(true);
  });
}
