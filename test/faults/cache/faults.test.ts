import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/open.ts';
import type { Cache } from '../../../src/cache/types.ts';
import { fromLocked } from '../../../src/core/lock/types.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { runCommand, temporaryFolder, type CommandResult } from '../../helpers/index.ts';
import { faults, scratchFolder } from '../lib/index.ts';
import { counted, injected, type Call, type Fault, type Point } from '../lib/inject.ts';
import { useCache } from './use-cache.ts';

const DRIVER = fileURLToPath(new URL('driver.ts', import.meta.url));
const open = (root: string): Cache => openCache({ cacheDir: join(root, 'cache'), stateDir: join(root, 'state'), root });

async function drive(root: string, writer: string): Promise<CommandResult> {
  return await runCommand(process.execPath, [DRIVER, root, writer], { cwd: root, env: process.env });
}

async function driveInjected(root: string, point: Point, fault: Fault): Promise<CommandResult> {
  return await runCommand(process.execPath, [DRIVER, root, 'one'], { cwd: root, env: { ...process.env, ...injected(point, fault) } });
}

/** What must hold whatever happened: what is there verifies, and whoever comes next succeeds. Asked in this process: a second one for each kill would take most of the time. */
async function expectSound(root: string, where: string): Promise<void> {
  for (const file of objectFiles(root)) expect(hashBytes(readFileSync(file)), where).toBe(file.slice(-65).replace('/', ''));
  const before = open(root);
  for (const { outs } of before.runs.find(hashBytes('key'))) {
    for (const content of Object.values(outs))
      expect(before.has(fromLocked(content)), `${where}: a run-cache entry without its objects`).toBe(true);
  }
  await before.close();
  const again: string[] = [];
  await useCache(root, 'one', (line) => void again.push(line));
  expect(again, where).toEqual([expect.stringMatching(/^stored [0-9a-f]{64}$/), 'done']);
  await expectRestorable(root, where);
}

async function expectRestorable(root: string, where: string): Promise<void> {
  const cache = open(root);
  const [entry] = cache.runs.find(hashBytes('key'));
  const content = fromLocked(entry?.outs['data'] as never);
  await cache.checkout(content, join(root, 'fresh'));
  expect(await cache.observe(join(root, 'fresh')), where).toEqual(content);
  rmSync(join(root, 'fresh'), { recursive: true });
  await cache.close();
}

function objectFiles(root: string): readonly string[] {
  const folder = join(root, 'cache', 'objects');
  if (!existsSync(folder)) return [];
  const prefixes = readdirSync(folder).filter((name) => /^[0-9a-f]{2}$/.test(name));
  return prefixes.flatMap((prefix) => readdirSync(join(folder, prefix)).map((rest) => join(folder, prefix, rest)));
}

/** Of many writes most are pieces of one file: the first and the last ones, and some in between. */
function someOf(count: number): readonly number[] {
  const all = Array.from({ length: count }, (_, at) => at + 1);
  return count <= 16 ? all : all.filter((nth) => nth <= 3 || nth > count - 6 || nth % 30 === 0);
}

describe('kill -9 while a cache is used', () => {
  let calls: ReadonlyMap<Call, number>;

  beforeAll(async () => {
    const { env, read } = counted();
    const root = scratchFolder('mlo-kill-');
    await runCommand(process.execPath, [DRIVER, root, 'one'], { cwd: root, env: { ...process.env, ...env } });
    calls = read();
  });

  it.each(['rename', 'pwrite64', 'unlink', 'fsync'] as const)(
    'at %s, from the first to the last, leaves a sound cache',
    async (call) => {
      let killed = 0;
      for (const nth of someOf(calls.get(call) ?? 0)) {
        const root = scratchFolder('mlo-kill-');
        const result = await driveInjected(root, { call, nth }, 'kill');
        killed += result.signal === 'SIGKILL' ? 1 : 0;
        await expectSound(root, `${call} ${nth}`);
        rmSync(root, { recursive: true });
      }
      faults(`kill -9: cache, ${call}`, killed);
      expect(killed).toBeGreaterThan(2);
    },
    // Forty processes from sources, each with the check of a whole cache: two minutes at ten times the load that a machine has cores for.
    240_000,
  );
});

describe('a system that refuses', () => {
  it.each([
    ['pwrite64', 'ENOSPC', false, /no space left/],
    ['pwrite64', 'EDQUOT', false, /quota/],
    ['rename', 'EACCES', false, /permission denied/],
    ['mkdir', 'EROFS', true, /read-only/],
    ['fsync', 'ENOSPC', false, /no space left/],
    ['fdatasync', 'EIO', false, /EIO/],
  ] as const)('%s with %s is an error with a path and a hint, and nothing is lost', async (call, errno, onwards, words) => {
    const root = await temporaryFolder('mlo-refuse-');
    mkdirSync(join(root, 'data-one', 'sub'), { recursive: true });
    const { code, stdout } = await driveInjected(root, { call, nth: 1, onwards }, errno);
    expect(code).toBe(1);
    const error = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { code: string; message: string; hint: string };
    expect(error.code).toBe('MLO_CACHE_IO');
    expect(error.message).toMatch(words);
    expect(error.message).toContain(join(root, 'cache'));
    expect(error.hint).toEqual(expect.any(String));
    await expectSound(root, `${call} ${errno}`);
  });

  it('a disk that is full from some write on: what was stored before still verifies', async () => {
    for (let nth = 2; nth <= 4; nth += 1) {
      const root = await temporaryFolder('mlo-full-');
      const { code } = await driveInjected(root, { call: 'pwrite64', nth, onwards: true }, 'ENOSPC');
      expect(code).toBe(1);
      await expectSound(root, `full from write ${nth}`);
    }
  });
});

describe('two processes with one cache', () => {
  it('store and read at once without losing anything', async () => {
    const root = await temporaryFolder('mlo-two-');
    const writers = ['a', 'b', 'c', 'd'];
    const results = await Promise.all(writers.map((writer) => drive(root, writer)));
    expect(results.map((result) => result.stdout.split('\n').at(-2))).toEqual(writers.map(() => 'done'));
    const cache = open(root);
    expect(
      cache.runs
        .find(hashBytes('key'))
        .map((entry) => entry.run.id)
        .sort(),
    ).toEqual(writers);
    await cache.close();
    await expectRestorable(root, 'after four writers');
    expect(readdirSync(join(root, 'cache', 'objects')).filter((name) => name.startsWith('.mlo-tmp'))).toEqual([]);
  });

  it('use a bounded number of segments, however many commands there were', async () => {
    const root = await temporaryFolder('mlo-many-');
    const reader = open(root);
    expect(reader.runs.find(hashBytes('key'))).toEqual([]);
    for (let command = 0; command < 25; command += 1) {
      const cache = open(root);
      cache.putBytes(Buffer.from(`object ${command}`));
      cache.runs.add(hashBytes('key'), {
        schema: 1,
        record: {},
        outs: {},
        run: { id: String(command), startedMs: command, durationMs: 0 },
      });
      await cache.close();
    }
    const segments = readdirSync(join(root, 'cache', 'journal'));
    expect(segments.length).toBeLessThanOrEqual(9);
    const cache = open(root);
    const newestFirst = Array.from({ length: 25 }, (_, command) => String(24 - command));
    for (const each of [cache, reader]) {
      expect(each.runs.find(hashBytes('key')).map((entry) => entry.run.id)).toEqual(newestFirst);
      for (let command = 0; command < 25; command += 1)
        expect(each.readBytes(hashBytes(`object ${command}`)).toString()).toBe(`object ${command}`);
      await each.close();
    }
  });

  it('never merge what another process is still writing', async () => {
    const root = await temporaryFolder('mlo-live-');
    const live = open(root);
    live.putBytes(Buffer.from('first'));
    for (let command = 0; command < 20; command += 1) {
      const cache = open(root);
      cache.putBytes(Buffer.from(`object ${command}`));
      await cache.close();
    }
    const { digest } = live.putBytes(Buffer.from('last'));
    await live.close();
    const cache = open(root);
    expect(cache.readBytes(digest).toString()).toBe('last');
    expect(cache.readBytes(hashBytes('first')).toString()).toBe('first');
    await cache.close();
  });

  it('one of them killed: what it said it had stored is there, and its segment is merged in the end', async () => {
    const root = await temporaryFolder('mlo-killed-');
    const { stdout } = await driveInjected(root, { call: 'fdatasync', nth: 1 }, 'kill');
    const digest = /stored ([0-9a-f]{64})/.exec(stdout)?.[1];
    await expectRestorable(root, 'after the kill');
    for (let command = 0; command < 10; command += 1) {
      const cache = open(root);
      cache.putBytes(Buffer.from(`object ${command}`));
      await cache.close();
    }
    expect(readdirSync(join(root, 'cache', 'journal')).length).toBeLessThan(5);
    const cache = open(root);
    expect(cache.runs.find(hashBytes('key'))[0]?.outs['data']?.digest).toBe(digest);
    await cache.close();
    await expectRestorable(root, 'after the merge');
    expect(statSync(join(root, 'cache')).isDirectory()).toBe(true);
  });
});
