import { chmodSync, chownSync, closeSync, mkdirSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import { openStore } from '../../../src/cache/open-store.ts';
import { makeSharedFolder, shareFile } from '../../../src/fs/shared-folder.ts';
import { temporaryFolder } from '../../helpers/index.ts';
import { skipTest } from '../../helpers/skip.ts';
import { writePack } from '../packs/entries.ts';

let root: string;
let umask: number;
const mode = (path: string): number => statSync(path).mode & 0o7777;

beforeEach(async () => {
  root = await temporaryFolder('mlo-shared-');
  umask = process.umask(0o077);
});

afterEach(() => {
  process.umask(umask);
});

describe('a folder that its group may write to', () => {
  it('gives folders made in it to the group, at any depth and whatever the umask', () => {
    chmodSync(root, 0o2770);
    makeSharedFolder(join(root, 'a/b/c'));
    for (const path of ['a', 'a/b', 'a/b/c']) expect(mode(join(root, path))).toBe(0o2770);
  });

  it('gives folders made in it its group, whatever that of the user is', () => {
    if (process.getuid?.() !== 0) skipTest('only root may give a folder to any group');
    chownSync(root, 0, 4321);
    chmodSync(root, 0o770);
    makeSharedFolder(join(root, 'a/b'));
    for (const path of ['a', 'a/b']) expect([statSync(join(root, path)).gid, mode(join(root, path))]).toEqual([4321, 0o2770]);
  });

  it('lets the group read files made in it', () => {
    chmodSync(root, 0o770);
    const file = openSync(join(root, 'file'), 'wx', 0o444);
    shareFile(file, root);
    closeSync(file);
    expect(mode(join(root, 'file'))).toBe(0o440);
  });

  it('makes a cache in it one for the group: everything can be read, and every folder written to', async () => {
    const cacheDir = join(root, 'cache');
    mkdirSync(cacheDir);
    chmodSync(cacheDir, 0o2770);
    const project = join(root, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'large'), Buffer.alloc(100_000));
    writeFileSync(join(project, 'clone'), Buffer.alloc(5_000_000));
    const cache = openCache({ cacheDir, stateDir: join(root, 'state'), root: project });
    await cache.commit(join(project, 'large'));
    await cache.commit(join(project, 'clone'));
    cache.putBytes(Buffer.from('small'));
    await cache.close();
    for (let pack = 0; pack < 10; pack += 1) writePack(join(cacheDir, 'packs'), [`pack ${pack}`]);
    const { store } = openStore({ cacheDir, readOnly: false });
    store.refresh();
    const looked = { folders: 0, files: 0 };
    for (const entry of readdirSync(cacheDir, { recursive: true, withFileTypes: true })) {
      const bits = mode(join(entry.parentPath, entry.name));
      if (entry.isDirectory()) expect(bits, entry.name).toBe(0o2770);
      else expect(bits & 0o440, entry.name).toBe(0o440);
      looked[entry.isDirectory() ? 'folders' : 'files'] += 1;
    }
    expect(looked.folders).toBeGreaterThan(3);
    expect(looked.files).toBeGreaterThan(12);
  });
});

describe('a folder of one user', () => {
  it('is left to the umask', () => {
    makeSharedFolder(join(root, 'a/b'));
    expect(mode(join(root, 'a/b'))).toBe(0o700);
    const file = openSync(join(root, 'file'), 'wx', 0o444);
    shareFile(file, root);
    closeSync(file);
    expect(mode(join(root, 'file'))).toBe(0o400);
  });
});
