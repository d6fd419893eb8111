import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { add } from '../../../src/app/add.ts';
import { checkout } from '../../../src/app/checkout.ts';
import { gc } from '../../../src/app/gc.ts';
import { verify } from '../../../src/app/verify.ts';
import { openCache } from '../../../src/cache/open.ts';
import { appContext, requirePeer, skipTest } from '../../helpers/index.ts';
import { filesOf, leftovers } from '../kill/states.ts';
import { faults, scratchFolder } from '../lib/index.ts';

let root: string;
let disk: string;
const at = (path: string): string => join(root, path);

beforeEach(() => {
  root = scratchFolder();
  disk = at('disk');
  for (const folder of ['.mlo', 'disk']) mkdirSync(at(folder));
  try {
    execFileSync(requirePeer('mount'), ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk], { stdio: 'pipe' });
  } catch {
    skipTest('this machine does not let us mount');
  }
});

afterEach(() => {
  execFileSync('umount', ['-l', disk]);
});

async function addData(path = 'data'): Promise<void> {
  await add(appContext(root), { paths: [path], commit: true });
}

async function isWhole(): Promise<boolean> {
  return (await verify(appContext(root), { quick: false, repair: false })).ok;
}

describe('a disk of 24 MB that is full', () => {
  it.each([
    ['one large file', [20_000_000], 10_000_000],
    ['many small ones', Array.from({ length: 1_000 }, () => 20_000), 10_000_000],
    [
      'a few that are written at the end only',
      [...Array.from({ length: 300 }, () => 10), ...Array.from({ length: 300 }, () => 4_000)],
      24_500_000,
    ],
  ] as const)(
    'below the cache, %s: what does not fit is refused, what was there stays, and there is room again afterwards',
    async (name, bytes, taken) => {
      writeFileSync(at('.mlo/config.yaml'), `cache.dir: ${disk}/cache\ngc.grace: 0s\n`);
      mkdirSync(at('data'));
      writeFileSync(at('data/file'), 'file');
      await addData();
      const before = readFileSync(at('data.mlo'), 'utf8');
      const ballast = join(disk, 'somebody else');
      writeFileSync(ballast, noise(taken, 7));
      mkdirSync(at('data/more'));
      bytes.forEach((length, each) => writeFileSync(at(`data/more/${String(each).padStart(4, '0')}`), noise(length, each + 1)));

      await expect(addData()).rejects.toMatchObject({ code: 'MLO_CACHE_IO', message: expect.stringMatching(/no space left/) });
      expect(readFileSync(at('data.mlo'), 'utf8')).toBe(before);
      expect(await isWhole()).toBe(true);
      const cache = openCache({ cacheDir: join(disk, 'cache'), stateDir: at('.mlo/state'), root, readOnly: true });
      const content = await cache.observe(at('data'));
      expect(content !== undefined && cache.has(content)).toBe(false);
      await cache.close();

      rmSync(at('data/more'), { recursive: true });
      // What was stored before the end is still there for the next attempt, until nobody wants it; to delete it, some room is needed.
      rmSync(ballast);
      await gc(appContext(root), {
        branches: false,
        tags: false,
        commits: 0,
        allCommits: false,
        runs: true,
        ignoreProjects: [],
        force: true,
      });
      writeFileSync(at('data/another'), name);
      await addData();
      const files = filesOf(at('data'));
      rmSync(at('data'), { recursive: true });
      expect((await checkout(appContext(root), { targets: [], force: false })).targets[0]?.error).toBeUndefined();
      expect(filesOf(at('data'))).toEqual(files);
      expect(await isWhole()).toBe(true);
      faults('a full disk', 1);
    },
  );

  it('below the workspace: a checkout changes nothing and leaves nothing', async () => {
    writeFileSync(at('.mlo/config.yaml'), '');
    mkdirSync(join(disk, 'data'));
    const fill = (length: number, seed: number): void => {
      for (let each = 0; each < 100; each += 1) writeFileSync(join(disk, `data/${each}`), noise(length, each + seed));
    };
    fill(60_000, 1);
    await addData('disk/data');
    const first = readFileSync(join(disk, 'data.mlo'), 'utf8');
    fill(50_000, 500);
    await addData('disk/data');
    writeFileSync(join(disk, 'somebody else'), noise(16_000_000, 7));
    const before = filesOf(join(disk, 'data'));
    writeFileSync(join(disk, 'data.mlo'), first);
    const { targets } = await checkout(appContext(root), { targets: [], force: true });
    expect(targets[0]?.error).toMatch(/no space left/);
    expect(filesOf(join(disk, 'data'))).toEqual(before);
    expect(leftovers(disk)).toEqual([]);
    rmSync(join(disk, 'somebody else'));
    expect((await checkout(appContext(root), { targets: [], force: true })).targets[0]?.error).toBeUndefined();
    faults('a full disk', 1);
  });
});

/** Bytes that do not compress. */
function noise(length: number, seed: number): Buffer {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed;
  for (let at = 0; at < words.length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words[at] = state;
  }
  return Buffer.from(words.buffer, 0, length);
}
