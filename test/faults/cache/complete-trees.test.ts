import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openProject } from '../../../src/app/project.ts';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache } from '../../../src/cache/types.ts';
import type { Content, Digest } from '../../../src/core/content.ts';
import { appContext, temporaryFolder, withEnvironment } from '../../helpers/index.ts';
import { projectWithData, succeeds, testRemote } from '../../integration/remote/remotes.ts';

/** Enough for a pack. */
const FILES = 300;

/** A folder that was stored, its cache as a command with a lease opens it. */
async function storedFolder(files = FILES): Promise<{ readonly root: string; readonly content: Content; open(): Cache }> {
  const root = await temporaryFolder();
  const open = (): Cache => openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root, hasLease: true });
  mkdirSync(join(root, 'data'));
  for (let number = 0; number < files; number += 1) writeFileSync(join(root, 'data', `row${number}`), `row ${number}\n`.repeat(20));
  const cache = open();
  const content = await cache.commit(join(root, 'data'));
  await cache.close();
  rmSync(join(root, 'data'), { recursive: true });
  return { root, content, open };
}

function packOf(root: string): string {
  const [pack = ''] = readdirSync(join(root, 'cache/packs')).filter((name) => name.endsWith('.pack'));
  return join(root, 'cache/packs', pack);
}

async function knowsAsWhole(open: () => Cache, content: Content): Promise<boolean> {
  const cache = open();
  const has = cache.has(content);
  await cache.close();
  return has;
}

test('what gc deleted while a command without a lease was looking is fetched by the next pull', async () => {
  const files = Object.fromEntries(Array.from({ length: 20 }, (_, number) => [`data/set/row${number}.txt`, `row ${number}\n`]));
  const remote = await testRemote('folder');
  const project = await projectWithData(files, ['data/set'], remote);
  await succeeds(project, ['push']);
  const pointer = await project.read('data/set.mlo');
  const digest = /[0-9a-f]{64}/.exec(pointer)?.[0] as Digest;
  rmSync(project.path('.mlo/state/complete-trees'));

  const reader = await openProject(appContext(project.root, project.env));
  expect((await reader.cache()).has({ digest, kind: 'tree', size: 1, files: 20 })).toBe(true);
  await project.remove('data/set.mlo', 'data/set');
  await succeeds(withEnvironment(project, { MLO_GC_GRACE: '0' }), ['gc', '--force']);
  await reader.close();

  await project.write({ 'data/set.mlo': pointer });
  expect((await succeeds(project, ['pull'])).fetch).toMatchObject({ files: 20, here: 0 });
  expect(await project.read('data/set/row7.txt')).toBe('row 7\n');
});

test('a folder is not called whole for what was set aside while a command was looking', async () => {
  const { root, content, open } = await storedFolder();
  rmSync(join(root, 'state/complete-trees'));
  const looking = open();
  expect(looking.has(content)).toBe(true);
  const pack = readFileSync(packOf(root));
  pack[20] = (pack[20] ?? 0) ^ 4;
  writeFileSync(packOf(root), pack);
  const finding = open();
  await expect(finding.checkout(content, join(root, 'data'))).rejects.toMatchObject({ code: 'MLO_OBJECT_CORRUPT' });
  await finding.close();
  await looking.close();
  expect(await knowsAsWhole(open, content)).toBe(false);
});

test('a folder that a checkout finds not to be all there is not called whole any more', async () => {
  const { root, content, open } = await storedFolder();
  truncateSync(packOf(root), 1000);
  const cache = open();
  await expect(cache.checkout(content, join(root, 'data'))).rejects.toMatchObject({ code: 'MLO_OBJECT_MISSING' });
  await cache.close();
  expect(await knowsAsWhole(open, content)).toBe(false);
});

test.each(['looked for', 'stored again'])(
  'a large tree that is a file of its own, made from another one and %s, is missed when that file is gone',
  async (how) => {
    const { root, content, open } = await storedFolder(900);
    const cache = open();
    const part = cache.graft(content, new Map([['row1', undefined]])).content;
    if (how === 'looked for') expect(cache.has(part)).toBe(true);
    else {
      await cache.checkout(part, join(root, 'data'));
      expect(await cache.commit(join(root, 'data'))).toEqual(part);
    }
    await cache.close();
    expect(await knowsAsWhole(open, part)).toBe(true);
    rmSync(join(root, 'cache/objects', part.digest.slice(0, 2), part.digest.slice(2)));
    expect([await knowsAsWhole(open, part), await knowsAsWhole(open, content)]).toEqual([false, true]);
  },
);
