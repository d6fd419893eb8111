import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import { openStore, type OpenStore } from '../../../src/cache/open-store.ts';
import { PackWriter } from '../../../src/cache/packs/pack-writer.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { temporaryFolder } from '../../helpers/index.ts';

let root: string;
const at = (path: string): string => join(root, path);
const open = (): OpenStore => openStore({ cacheDir: at('cache'), readOnly: false });
const key = hashBytes('key');

beforeEach(async () => {
  root = await temporaryFolder('mlo-to-packs-');
});

async function command(number: number): Promise<void> {
  const { store, journal } = open();
  store.put(hashBytes(`object ${number}`), Buffer.from(`object ${number}`));
  journal.addRun(key, Buffer.from(`run ${number}`));
  store.push();
  await journal.close(store.packs);
}

const names = (folder: string): readonly string[] => readdirSync(at(folder));
const segments = (): readonly string[] => names('cache/journal').filter((name) => name.endsWith('.jnl'));

describe('segments of the journal', () => {
  it('are merged when there are more than eight: objects into a pack, run-cache entries into one segment', async () => {
    for (let number = 0; number < 8; number += 1) await command(number);
    expect(segments().length).toBe(8);
    await command(8);
    expect(segments().length).toBe(1);
    expect(names('cache/packs').length).toBe(1);
    const { store, journal } = open();
    for (let number = 0; number < 9; number += 1) expect(store.read(hashBytes(`object ${number}`)).toString()).toBe(`object ${number}`);
    expect(journal.runs(key).map(String)).toEqual(Array.from({ length: 9 }, (_, number) => `run ${8 - number}`));
    expect([...journal.objects()]).toEqual([]);
    expect([...store.objects()].length).toBe(9);
  });

  it('of a store that was written before there were packs are read as they are', async () => {
    await command(1);
    expect(names('cache')).toEqual(['journal']);
    expect(open().store.read(hashBytes('object 1')).toString()).toBe('object 1');
  });

  it('leave nothing behind where they held no run-cache entries, and drop objects that are not wanted', async () => {
    const { store, journal } = open();
    for (const text of ['keep', 'drop']) store.put(hashBytes(text), Buffer.from(text));
    expect(await journal.moveToPacks(store.packs, (digest) => digest !== hashBytes('drop'))).toBe(true);
    expect(segments()).toEqual([]);
    expect([...store.objects()]).toEqual([{ digest: hashBytes('keep'), size: 4 }]);
    expect(await journal.moveToPacks(store.packs)).toBe(false);
  });

  it('make a bounded number of packs, however many commands there were', async () => {
    for (let number = 0; number < 200; number += 1) await command(number);
    expect(segments().length).toBeLessThanOrEqual(9);
    expect(names('cache/packs').filter((name) => name.endsWith('.pack')).length).toBeLessThanOrEqual(16);
    const { store } = open();
    for (let number = 0; number < 200; number += 1) expect(store.read(hashBytes(`object ${number}`)).toString()).toBe(`object ${number}`);
  });

  it('that another process still writes stay as they are', async () => {
    const { store, journal } = open();
    store.put(hashBytes('mine'), Buffer.from('mine'));
    store.push();
    const other = open();
    expect(await other.journal.moveToPacks(other.store.packs)).toBe(false);
    expect(other.store.read(hashBytes('mine')).toString()).toBe('mine');
    await journal.close(store.packs);
  });

  it('move only what has its digest; a copy that is broken goes to corrupt/', async () => {
    const { store, journal } = open();
    store.put(hashBytes('good'), Buffer.from('good'));
    journal.put(hashBytes('right'), Buffer.from('wrong'));
    await journal.moveToPacks(store.packs);
    expect([...store.objects()].map(({ digest }) => digest)).toEqual([hashBytes('good')]);
    expect(readFileSync(at(`cache/corrupt/${hashBytes('right')}`), 'utf8')).toBe('wrong');
  });

  it('do not write again what is in a pack', async () => {
    await command(1);
    const { store, journal } = open();
    await journal.moveToPacks(store.packs);
    await command(1);
    expect([...open().journal.objects()]).toEqual([]);
  });
});

describe('a file of the cache that is broken', () => {
  it('is no loss where a pack has the object too', async () => {
    const bytes = Buffer.alloc(70_000, 'a file that is in a pack as well');
    writeFileSync(at('file'), bytes);
    const cache = openCache({ cacheDir: at('cache'), stateDir: at('state'), root });
    const content = await cache.commit(at('file'));
    const file = at(`cache/objects/${content.digest.slice(0, 2)}/${content.digest.slice(2)}`);
    const writer = new PackWriter(at('cache/packs'));
    writer.put(Buffer.from(content.digest, 'hex'), bytes, 'file');
    writer.seal();
    for (const link of ['copy', 'hardlink', 'symlink'] as const) {
      rmSync(file, { force: true });
      writeFileSync(file, Buffer.alloc(70_000, 'broken'));
      rmSync(at('file'));
      await cache.checkout(content, at('file'), { link: [link] });
      expect(readFileSync(at('file')).equals(bytes), link).toBe(true);
    }
    await cache.close();
  });
});

describe('files of a cache that is set to links later', () => {
  it.each([['hardlink' as const], ['symlink' as const]])(
    'become %ss at the next checkout, though they were in the journal and in packs',
    async (type) => {
      mkdirSync(at('data'));
      for (const name of ['packed', 'journalled']) {
        writeFileSync(at(`data/${name}`), `in a ${name} object`);
        const cache = openCache({ cacheDir: at('cache'), stateDir: at('state'), root });
        await cache.commit(at('data'));
        await cache.close();
        if (name === 'packed') {
          const { store, journal } = open();
          await journal.moveToPacks(store.packs);
        }
      }
      const linking = openCache({ cacheDir: at('cache'), stateDir: at('state'), root, link: [type, 'copy'] });
      const content = await linking.observe(at('data'));
      if (content === undefined) throw new Error('data is there');
      rmSync(at('data'), { recursive: true });
      await linking.checkout(content, at('data'));
      await linking.close();
      for (const name of ['packed', 'journalled']) {
        const stat = lstatSync(at(`data/${name}`));
        expect(type === 'symlink' ? stat.isSymbolicLink() : stat.nlink > 1, name).toBe(true);
        expect(readFileSync(at(`data/${name}`), 'utf8')).toBe(`in a ${name} object`);
      }
    },
  );
});
