import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/cache/open-store.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { runCommand, temporaryFolder, type CommandResult } from '../../helpers/index.ts';
import { faults, scratchFolder } from '../lib/index.ts';
import { injected, type Fault, type Point } from '../lib/inject.ts';
import { objectsOf } from './objects-of.ts';
import { writePacks } from './write-packs.ts';

const DRIVER = fileURLToPath(new URL('driver.ts', import.meta.url));

async function drive(cacheDir: string, name = 'one'): Promise<CommandResult> {
  return await runCommand(process.execPath, [DRIVER, cacheDir, name], { cwd: cacheDir, env: process.env });
}

async function driveInjected(cacheDir: string, point: Point, fault: Fault): Promise<CommandResult> {
  return await runCommand(process.execPath, [DRIVER, cacheDir, 'one'], {
    cwd: cacheDir,
    env: { ...process.env, ...injected(point, fault) },
  });
}

/** Whatever has happened: each pack is whole and named by its bytes, and what the driver told is there and right. */
function expectSound(cacheDir: string, told: string, where: string): void {
  const { store } = openStore({ cacheDir, readOnly: true });
  for (const { name, reader, broken } of store.packs.packs()) {
    expect(hashBytes(readFileSync(reader.path)), where).toBe(name.slice(0, 64));
    for (let row = 0; row < reader.count; row += 1) expect(reader.read(row), where).toBeDefined();
    expect(broken.size, where).toBe(0);
  }
  expect(store.packs.damaged.size, where).toBe(0);
  const { packed, journalled } = objectsOf('one');
  const kept = packed.filter((bytes) => hashBytes(bytes) < '8');
  for (const [word, objects] of [
    ['packed', kept],
    ['merged', journalled],
  ] as const) {
    if (!told.includes(word)) continue;
    for (const bytes of objects) expect(store.read(hashBytes(bytes)).equals(bytes), where).toBe(true);
  }
  store.packs.close();
}

/** Asked in this process: a second one for each kill would take most of the time. */
async function expectSoundAndUsable(cacheDir: string, told: string, where: string): Promise<void> {
  expectSound(cacheDir, told, where);
  const again: string[] = [];
  await writePacks(cacheDir, 'one', (word) => void again.push(word));
  expect(again, where).toEqual(['packed', 'merged', 'rewritten', 'done']);
  expectSound(cacheDir, again.join('\n'), `${where}, and once more`);
}

describe('kill -9 while packs are written, merged, indexed and rewritten', () => {
  it.each([
    ['rename', 3],
    ['unlink', 3],
    ['fdatasync', 5],
    ['fsync', 4],
    ['pwrite64', 8],
    ['link', 1],
  ] as const)(
    'at every %s leaves sound packs',
    async (call, step) => {
      let killed = 0;
      for (let nth = 1; nth <= 120; nth += killed < 4 ? 1 : step) {
        const cacheDir = scratchFolder('mlo-kill-pack-');
        const result = await driveInjected(cacheDir, { call, nth }, 'kill');
        if (result.stdout.endsWith('done\n')) break;
        killed += 1;
        await expectSoundAndUsable(cacheDir, result.stdout, `${call} ${nth}`);
        rmSync(cacheDir, { recursive: true });
      }
      expect(killed).toBeGreaterThan(0);
      faults(`kill -9: packs, ${call}`, killed);
    },
    300_000,
  );
});

describe('a system that refuses while packs are written', () => {
  it.each([
    ['pwrite64', 'ENOSPC', 1, /no space left/],
    ['pwrite64', 'ENOSPC', 2, /no space left/],
    ['pwrite64', 'EIO', 5, /EIO/],
    ['rename', 'EACCES', 1, /permission denied/],
    ['fdatasync', 'ENOSPC', 1, /no space left/],
    ['fdatasync', 'EIO', 2, /EIO/],
    ['fsync', 'EIO', 1, /EIO/],
    ['fchmod', 'EPERM', 1, /not permitted/],
  ] as const)('%s with %s is an error with a path and a hint, and what is there stays sound', async (call, errno, nth, words) => {
    const cacheDir = await temporaryFolder('mlo-refuse-pack-');
    const { code, stdout } = await driveInjected(cacheDir, { call, nth }, errno);
    expect(code).toBe(1);
    const error = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { code: string; message: string; hint: string };
    expect(error.code).toBe('MLO_CACHE_IO');
    expect(error.message).toMatch(words);
    expect(error.message).toContain(cacheDir);
    expect(error.hint).toEqual(expect.any(String));
    await expectSoundAndUsable(cacheDir, stdout, `${call} ${errno}`);
  });

  it('is no reason to fail where only the index over all packs cannot be written', async () => {
    const cacheDir = await temporaryFolder('mlo-no-index-');
    mkdirSync(join(cacheDir, 'packs', 'index'), { recursive: true });
    const { stdout } = await drive(cacheDir);
    expect(stdout).toMatch(/done\n$/);
    expectSound(cacheDir, stdout, 'without an index');
  });
});

describe('several processes at once', () => {
  it('write, merge and rewrite packs in one cache, and lose nothing', async () => {
    const cacheDir = await temporaryFolder('mlo-packs-together-');
    const names = ['one', 'second', 'the third', 'number four'];
    const results = await Promise.all(names.map(async (name) => await drive(cacheDir, name)));
    expect(results.map(({ stdout }) => stdout)).toEqual(names.map(() => 'packed\nmerged\nrewritten\ndone\n'));
    const { store } = openStore({ cacheDir, readOnly: false });
    for (const name of names) {
      const { packed, journalled, small } = objectsOf(name);
      const kept = packed.filter((bytes) => hashBytes(bytes) < '8');
      for (const bytes of [...kept, ...journalled, ...small]) expect(store.read(hashBytes(bytes)).equals(bytes)).toBe(true);
    }
    expectSound(cacheDir, '', 'four writers');
    expect(readdirSync(join(cacheDir, 'packs')).filter((name) => name.startsWith('.mlo-tmp'))).toEqual([]);
    store.packs.close();
  });
});
