import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache } from '../../../src/cache/types.ts';
import type { Content } from '../../../src/core/content.ts';
import { temporaryFolder } from '../../helpers/index.ts';

interface Rig {
  readonly root: string;
  readonly cache: Cache;
  write(path: string, text: string): void;
}

async function rig(files: { readonly [path: string]: string }): Promise<Rig> {
  const root = await temporaryFolder();
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { root, cache: openCache({ cacheDir: join(root, '.mlo/cache'), stateDir: join(root, '.mlo/state'), root }), write };
}

const FILES = { 'data/a/x': '1', 'data/a/y': '2', 'data/b/deep/z': '3', 'data/top': '4' };

it('gives the tree that storing the whole folder gives: changed, added, removed, file for folder and folder for file', async () => {
  const { root, cache, write } = await rig(FILES);
  const base = await cache.commit(join(root, 'data'));
  write('data/a/x', 'changed');
  write('data/new/deep/er', 'new');
  rmSync(join(root, 'data/a/y'));
  rmSync(join(root, 'data/b'), { recursive: true });
  write('data/b', 'now a file');
  rmSync(join(root, 'data/top'));
  write('data/top/inside', 'now a folder');
  const changes = new Map<string, Content | undefined>();
  for (const path of ['a/x', 'new/deep/er', 'b', 'top/inside']) changes.set(path, await cache.commit(join(root, 'data', path)));
  changes.set('a/y', undefined);
  const { content, replaced } = cache.graft(base, changes);
  expect(content).toEqual(await cache.observe(join(root, 'data')));
  expect([...replaced.keys()].toSorted()).toEqual(['a/x', 'a/y', 'b']);
  expect(cache.has(content)).toBe(true);
  await cache.close();
});

it('keeps a folder that became empty, and makes none where nothing comes in', async () => {
  const { root, cache } = await rig(FILES);
  const base = await cache.commit(join(root, 'data'));
  rmSync(join(root, 'data/b/deep/z'));
  const { content } = cache.graft(base, new Map([['b/deep/z', undefined]]));
  expect(content).toEqual(await cache.observe(join(root, 'data')));
  expect(cache.graft(base, new Map([['nowhere/at/all', undefined]])).content).toEqual(base);
  await cache.close();
});

it('stores nothing where it is told not to', async () => {
  const { root, cache, write } = await rig(FILES);
  const base = await cache.commit(join(root, 'data'));
  write('data/a/x', 'changed');
  const file = await cache.observe(join(root, 'data/a/x'));
  const { content } = cache.graft(base, new Map([['a/x', file]]), { store: false });
  expect(content).toEqual(await cache.observe(join(root, 'data')));
  expect(cache.has(content)).toBe(false);
  await cache.close();
});

it('refuses changes inside one another, which could not both be made', async () => {
  const { root, cache } = await rig(FILES);
  const base = await cache.commit(join(root, 'data'));
  const file = await cache.observe(join(root, 'data/top'));
  for (const paths of [
    ['a', 'a/x'],
    ['a/x', 'a'],
  ])
    expect(() => cache.graft(base, new Map(paths.map((path) => [path, file])))).toThrow(/inside|below/);
  await cache.close();
});
