import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Remote, UnfinishedPut } from '../../../src/remote/port.ts';
import { temporaryFolder } from '../../helpers/index.ts';

/** What every adapter says of puts that did not end. `begin` leaves such a one at a key, with some of its bytes. */
export function unfinishedContract(name: string, open: () => Promise<Unfinished>): void {
  it(`${name} tells puts that did not end, and takes them away`, async () => {
    const { remote, begin } = await open();
    const keys = [`packs/ab/${'ab'.repeat(32)}`, `index/${'cd'.repeat(32)}`];
    await remote.put(keys[0] as string, Buffer.from('one that ended'));
    expect(await unfinishedOf(remote)).toEqual([]);
    for (const key of keys) await begin(key);
    const found = await unfinishedOf(remote);
    expect(found.map(({ key, size }) => [key, size])).toEqual(
      keys.toReversed().map((key) => [expect.stringMatching(new RegExp(`^(${key}|${dirname(key)}/)$`)), 1000]),
    );
    for (const { startedMs } of found) expect(Math.abs((startedMs ?? 0) - Date.now())).toBeLessThan(60_000);
    for (const put of [...found, ...found]) await remote.abandon(put);
    expect(await unfinishedOf(remote)).toEqual([]);
    expect((await remote.get(keys[0] as string, 100))?.toString()).toBe('one that ended');
  });
}

interface Unfinished {
  readonly remote: Remote;
  readonly begin: (key: string) => Promise<void>;
}

async function unfinishedOf(remote: Remote): Promise<readonly UnfinishedPut[]> {
  const found: UnfinishedPut[] = [];
  for await (const put of remote.unfinished()) found.push(put);
  return found.sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What every adapter of the port must do. `open` gives a new, empty remote. */
export function remoteContract(name: string, open: () => Promise<Remote>): void {
  describe(name, () => {
    it('gives back the bytes that were put, whole and in parts', async () => {
      const remote = await open();
      const bytes = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251));
      expect(await remote.put('packs/ab/one', bytes)).toBe('written');
      expect(await remote.get('packs/ab/one', 1000)).toEqual(bytes);
      expect(await remote.getRange('packs/ab/one', 10, 20)).toEqual(bytes.subarray(10, 30));
      expect(await remote.getRange('packs/ab/one', 990, 100)).toEqual(bytes.subarray(990));
      expect(await remote.getRange('packs/ab/one', 5000, 10)).toEqual(Buffer.alloc(0));
      const memory = Buffer.alloc(30, 1);
      expect(await remote.getRange('packs/ab/one', 990, 20, memory)).toEqual(bytes.subarray(990));
      expect(memory.subarray(bytes.length - 990)).toEqual(Buffer.alloc(30 - (bytes.length - 990), 1));
      expect(await remote.getRange('packs/ab/one', 10, 40, memory)).toEqual(bytes.subarray(10, 50));
      expect(await remote.stat('packs/ab/one')).toEqual({ size: 1000 });
    });

    it('takes an object without bytes', async () => {
      const remote = await open();
      expect(await remote.put('packs/00/empty', Buffer.alloc(0))).toBe('written');
      expect(await remote.get('packs/00/empty', 10)).toEqual(Buffer.alloc(0));
      expect(await remote.stat('packs/00/empty')).toEqual({ size: 0 });
    });

    it('says of what is not there that it is not', async () => {
      const remote = await open();
      expect(await remote.get('packs/ab/none', 10)).toBeUndefined();
      expect(await remote.getRange('packs/ab/none', 0, 10)).toBeUndefined();
      expect(await remote.stat('packs/ab/none')).toBeUndefined();
    });

    it('leaves what is there as it is', async () => {
      const remote = await open();
      await remote.put('index/a', Buffer.from('first'));
      expect(await remote.put('index/a', Buffer.from('second'))).toBe('there');
      expect((await remote.get('index/a', 10))?.toString()).toBe('first');
    });

    it('lets one of many that put a key at once win, and the others know', async () => {
      const remote = await open();
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, writer) => remote.put('index/race', Buffer.from(`writer ${writer}`))),
      );
      expect(results.filter((result) => result === 'written')).toHaveLength(1);
      expect((await remote.get('index/race', 20))?.toString()).toBe(`writer ${results.indexOf('written')}`);
    });

    it('takes no more than it was told to', async () => {
      const remote = await open();
      await remote.put('format.json', Buffer.alloc(100));
      await expect(remote.get('format.json', 99)).rejects.toMatchObject({ code: 'MLO_REMOTE' });
    });

    it('lists a folder whole, and nothing beside it', async () => {
      const remote = await open();
      const keys = Array.from({ length: 12 }, (_, number) => `index/${String(number).padStart(2, '0')}`);
      for (const key of [...keys, 'packs/ab/x', 'format.json']) await remote.put(key, Buffer.from(key));
      const listed: { key: string; size: number }[] = [];
      for await (const { key, size } of remote.list('index/')) listed.push({ key, size });
      expect(listed.sort((a, b) => (a.key < b.key ? -1 : 1))).toEqual(keys.map((key) => ({ key, size: 8 })));
      for await (const entry of remote.list('nothing/')) expect(entry).toBeUndefined();
    });

    it('deletes, also what is not there', async () => {
      const remote = await open();
      await remote.put('index/gone', Buffer.from('x'));
      await remote.delete('index/gone');
      await remote.delete('index/gone');
      expect(await remote.stat('index/gone')).toBeUndefined();
      expect(await remote.put('index/gone', Buffer.from('y'))).toBe('written');
    });

    it('sends a large file in parts, and none of it twice', async () => {
      const remote = await open();
      const path = join(await temporaryFolder(), 'large');
      const bytes = Buffer.alloc(40 * 1024 * 1024 + 17, 'large and not all zeros ');
      writeFileSync(path, bytes);
      expect(await remote.put('packs/cd/large', { path, size: bytes.length })).toBe('written');
      const before = remote.requests;
      expect(await remote.put('packs/cd/large', { path, size: bytes.length })).toBe('there');
      expect(remote.requests - before).toBe(1);
      expect(await remote.stat('packs/cd/large')).toEqual({ size: bytes.length });
      const read = await remote.getRange('packs/cd/large', 16 * 1024 * 1024 - 5, 10);
      expect(read?.equals(bytes.subarray(16 * 1024 * 1024 - 5, 16 * 1024 * 1024 + 5))).toBe(true);
      expect((await remote.get('packs/cd/large', bytes.length))?.equals(bytes)).toBe(true);
    });
  });
}
