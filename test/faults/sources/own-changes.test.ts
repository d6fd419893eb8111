import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache, LinkType } from '../../../src/cache/types.ts';
import { scratchFolder } from '../lib/index.ts';

let root: string;
const at = (path: string): string => join(root, path);
const open = (link: readonly LinkType[] = ['reflink', 'copy']): Cache =>
  openCache({ cacheDir: at('cache'), stateDir: at('state'), root, link });

beforeEach(() => {
  root = scratchFolder();
  mkdirSync(at('data'));
});

/** Taking one name of a file away changes the ctime of all its names. */
describe('several names of one file are no change that somebody else has made', () => {
  beforeEach(() => {
    writeFileSync(at('data/a'), 'old');
    for (const name of ['b', 'c', 'd']) linkSync(at('data/a'), at(`data/${name}`));
  });

  it('when all of them are replaced or removed by a checkout', async () => {
    const cache = open();
    const old = await cache.commit(at('data'));
    for (const name of ['a', 'b', 'c', 'd']) rmSync(at(`data/${name}`));
    for (const name of ['a', 'b']) writeFileSync(at(`data/${name}`), 'new');
    const next = await cache.commit(at('data'));
    for (const name of ['a', 'b']) rmSync(at(`data/${name}`));
    writeFileSync(at('data/a'), 'old');
    for (const name of ['b', 'c', 'd']) linkSync(at('data/a'), at(`data/${name}`));
    expect(await cache.checkout(next, at('data'))).toEqual({ added: 0, modified: 2, deleted: 2 });
    expect(readdirSync(at('data')).map((name) => readFileSync(at(`data/${name}`), 'utf8'))).toEqual(['new', 'new']);
    expect((await cache.checkout(old, at('data'))).added).toBe(2);
    await cache.close();
  });

  it.each<LinkType>(['hardlink', 'symlink'])('when all of them become links to their object (%s)', async (link) => {
    const cache = open([link, 'copy']);
    const content = await cache.commit(at('data'));
    expect(content).toMatchObject({ files: 4, size: 12 });
    expect(await cache.observe(at('data'))).toEqual(content);
    await cache.close();
  });

  it('when their links to an object are removed, with a new link to it beside them', async () => {
    const cache = open(['hardlink', 'copy']);
    await cache.commit(at('data'));
    mkdirSync(at('other'));
    writeFileSync(at('other/e'), 'old');
    const other = await cache.commit(at('other'));
    expect(await cache.checkout(other, at('data'))).toEqual({ added: 1, modified: 0, deleted: 4 });
    await cache.close();
  });
});
