import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache } from '../../../src/cache/types.ts';
import { asBytePath, toBytePath } from '../../../src/fs/byte-path.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { openStatIndex } from '../../../src/fs/stat-index.ts';
import { temporaryFolder } from '../../helpers/index.ts';

const OLD_MS = 60_000;
const stat = { size: 3, mtimeMs: 1_700_000_000_000.5, ctimeMs: 1_700_000_000_000.5, ino: 42 };
const digest = hashBytes('abc');
const A = asBytePath('a');

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await temporaryFolder('mlo-index-');
  file = join(folder, 'state', 'stat-index');
});

describe('stat index', () => {
  it('knows after it was saved what was recorded before', () => {
    const index = openStatIndex(file, toBytePath(folder));
    index.record(A, stat, digest, stat.ctimeMs + OLD_MS);
    index.record(asBytePath('f\xffo\nx'), stat, digest, stat.ctimeMs + OLD_MS);
    index.save();
    const again = openStatIndex(file, toBytePath(folder));
    expect(again.lookup(A, stat)).toBe(digest);
    expect(again.lookup(asBytePath('f\xffo\nx'), stat)).toBe(digest);
    expect(again.lookup(asBytePath('b'), stat)).toBeUndefined();
  });

  it.each(['size', 'mtimeMs', 'ctimeMs', 'ino'] as const)('does not know a file whose %s is another', (key) => {
    const index = openStatIndex(file, toBytePath(folder));
    index.record(A, stat, digest, stat.ctimeMs + OLD_MS);
    expect(index.lookup(A, { ...stat, [key]: stat[key] + 1 })).toBeUndefined();
    index.save();
    expect(openStatIndex(file, toBytePath(folder)).lookup(A, { ...stat, [key]: stat[key] + 1 })).toBeUndefined();
  });

  it('does not trust an entry that was hashed within a tick of the last change', () => {
    const index = openStatIndex(file, toBytePath(folder));
    index.record(A, stat, digest, stat.ctimeMs + 1);
    expect(index.lookup(A, stat)).toBeUndefined();
    index.save();
    expect(openStatIndex(file, toBytePath(folder)).lookup(A, stat)).toBeUndefined();
  });

  it('waits two seconds where the file system keeps whole seconds only', () => {
    const whole = { ...stat, mtimeMs: 1_700_000_000_000, ctimeMs: 1_700_000_000_000 };
    const index = openStatIndex(file, toBytePath(folder));
    index.record(A, whole, digest, whole.ctimeMs + 1_500);
    expect(index.lookup(A, whole)).toBeUndefined();
    index.record(A, whole, digest, whole.ctimeMs + 3_000);
    expect(index.lookup(A, whole)).toBe(digest);
  });

  it('forgets', () => {
    const index = openStatIndex(file, toBytePath(folder));
    index.record(A, stat, digest, stat.ctimeMs + OLD_MS);
    index.save();
    const again = openStatIndex(file, toBytePath(folder));
    again.forget(A);
    expect(again.lookup(A, stat)).toBeUndefined();
    again.save();
    expect(openStatIndex(file, toBytePath(folder)).lookup(A, stat)).toBeUndefined();
  });

  it('is written only if something changed', () => {
    const index = openStatIndex(file, toBytePath(folder));
    index.record(A, stat, digest, stat.ctimeMs + OLD_MS);
    index.save();
    const before = lstatSync(file);
    const again = openStatIndex(file, toBytePath(folder));
    again.lookup(A, stat);
    again.forget(asBytePath('never there'));
    again.save();
    expect(lstatSync(file)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  it('is empty when its file is damaged anywhere, cut, or of another version', () => {
    const index = openStatIndex(file, toBytePath(folder));
    index.record(A, stat, digest, stat.ctimeMs + OLD_MS);
    index.save();
    const good = readFileSync(file);
    for (let at = 0; at < good.length; at += 1) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ 0x10;
      writeFileSync(file, bad);
      expect(openStatIndex(file, toBytePath(folder)).lookup(A, stat), `byte ${at}`).toBeUndefined();
      writeFileSync(file, good.subarray(0, at));
      expect(openStatIndex(file, toBytePath(folder)).lookup(A, stat), `cut at ${at}`).toBeUndefined();
    }
  });

  it('finds each of 3,000 files again', () => {
    const index = openStatIndex(file, toBytePath(folder));
    const names = Array.from({ length: 3000 }, (_, each) => `data/images/class/picture-${each}.jpg`);
    for (const [ino, name] of names.entries()) index.record(asBytePath(name), { ...stat, ino }, digest, stat.ctimeMs + OLD_MS);
    index.save();
    const again = openStatIndex(file, toBytePath(folder));
    expect(names.filter((name, ino) => again.lookup(asBytePath(name), { ...stat, ino }) !== digest)).toEqual([]);
  });

  it('does not grow for ever: entries of files that are gone are dropped', () => {
    const index = openStatIndex(file, toBytePath(folder));
    writeFileSync(join(folder, 'there'), 'abc');
    index.record(asBytePath('there'), stat, digest, stat.ctimeMs + OLD_MS);
    for (let each = 0; each < 5000; each += 1) index.record(asBytePath(`gone-${each}`), stat, digest, stat.ctimeMs + OLD_MS);
    index.save();
    const again = openStatIndex(file, toBytePath(folder));
    expect(again.lookup(asBytePath('there'), stat)).toBe(digest);
    expect(again.lookup(asBytePath('gone-7'), stat)).toBeUndefined();
  });
});

describe('a cache with a stat index', () => {
  let path: string;
  const open = (): Cache => openCache({ cacheDir: join(folder, '.mlo/cache'), stateDir: join(folder, '.mlo/state'), root: folder });

  beforeEach(() => {
    path = join(folder, 'file');
  });

  /** Looks at the path with a fresh cache, as the next command would. */
  async function observed(): Promise<string | undefined> {
    const cache = open();
    const content = await cache.observe(path);
    await cache.close();
    return content?.digest;
  }

  it('sees an edit of the same size right after the file was looked at, every time', async () => {
    for (let round = 0; round < 200; round += 1) {
      const [first, second] = [`a${round % 10}`, `b${round % 10}`];
      const cache = open();
      writeFileSync(path, first);
      expect((await cache.observe(path))?.digest).toBe(hashBytes(first));
      writeFileSync(path, second);
      await cache.close();
      expect(await observed()).toBe(hashBytes(second));
    }
  });

  it('does not read a file again that it has read once it was a tick old', async () => {
    writeFileSync(path, 'one');
    const known = async (): Promise<string | undefined> => {
      await observed();
      return openStatIndex(join(folder, '.mlo/state/stat-index'), toBytePath(folder)).lookup(asBytePath('file'), lstatSync(path));
    };
    await expect.poll(known).toBe(hashBytes('one'));
  });

  it('sees an edit of the same size whose mtime was put back', async () => {
    writeFileSync(path, 'one');
    utimesSync(path, 1000, 1000);
    await observed();
    const { atime, mtime } = lstatSync(path);
    writeFileSync(path, 'two');
    utimesSync(path, atime, mtime);
    expect(await observed()).toBe(hashBytes('two'));
  });

  it('sees another file moved over the path with the same size and mtime', async () => {
    writeFileSync(path, 'one');
    writeFileSync(`${path}2`, 'two');
    utimesSync(path, 1000, 1000);
    utimesSync(`${path}2`, 1000, 1000);
    await observed();
    renameSync(`${path}2`, path);
    expect(await observed()).toBe(hashBytes('two'));
  });

  it('sees a new file that got the inode of the old one', async () => {
    writeFileSync(path, 'one');
    await observed();
    rmSync(path);
    writeFileSync(path, 'two');
    expect(await observed()).toBe(hashBytes('two'));
  });

  it('sees a folder in the place of a file, and a file in the place of a folder', async () => {
    writeFileSync(path, 'one');
    await observed();
    rmSync(path);
    mkdirSync(path);
    expect(await observed()).toBe(hashBytes('mlo-tree 1\n'));
    rmSync(path, { recursive: true });
    writeFileSync(path, 'one');
    expect(await observed()).toBe(hashBytes('one'));
  });
});
