import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { add } from '../../../src/app/add.ts';
import { checkout } from '../../../src/app/checkout.ts';
import { gc, type GcData } from '../../../src/app/gc.ts';
import { init } from '../../../src/app/init.ts';
import { readJournal, ReproJournal } from '../../../src/app/repro/journal.ts';
import { verify } from '../../../src/app/verify.ts';
import { RECORD } from '../../../src/cache/journal/record-format.ts';
import { SegmentReader } from '../../../src/cache/journal/segment-reader.ts';
import { SegmentWriter } from '../../../src/cache/journal/segment-writer.ts';
import { openCache } from '../../../src/cache/open.ts';
import { writeLease } from '../../../src/cache/sharing/lease-file.ts';
import { parsePointer } from '../../../src/core/pointer.ts';
import { hashBytes } from '../../../src/fs/hash.ts';
import { ownIdentity } from '../../../src/fs/process-identity.ts';
import { acquireLock, isLockHeld, readLock } from '../../../src/fs/project-lock.ts';
import { openTracking } from '../../../src/tracking/open.ts';
import { appContext, LAUNCHER, requirePeer, runCommand, skipTest } from '../../helpers/index.ts';
import { filesOf, leftovers } from '../kill/states.ts';
import { fill, noise } from '../lib/fill-disk.ts';
import { faults, scratchFolder } from '../lib/index.ts';

let root: string;
let scratch: string;
let disk: string;
const at = (path: string): string => join(root, path);

beforeEach(() => {
  root = scratchFolder();
  scratch = root;
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
      await gc(appContext(root), GC_OPTIONS);
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

describe('gc on a disk without one free block', () => {
  const DEAD_PACK = 60;
  /** Below `folder`: 1 MB in loose files, a pack, and a half of another pack that nobody needs; and the journal. */
  async function prepare(folder: string): Promise<void> {
    mkdirSync(join(folder, 'data'), { recursive: true });
    mkdirSync(join(folder, 'kept'));
    const name = folder.slice(root.length + 1);
    for (const version of [1, 2]) {
      for (let each = 0; each < 20; each += 1) writeFileSync(join(folder, `data/large ${each}`), noise(70_000, version * 1_000 + each));
      for (let each = 0; each < DEAD_PACK; each += 1) writeFileSync(join(folder, `data/${each}`), noise(9_000, version * 5_000 + each));
      for (let each = 0; each < DEAD_PACK; each += 1)
        writeFileSync(join(folder, `kept/${each}`), noise(9_000, (each < 20 ? 0 : version * 10_000) + each + 1));
      for (const path of ['data', 'kept']) await add(appContext(root), { paths: [name === '' ? path : `${name}/${path}`], commit: true });
    }
  }

  it.each(['the cache alone', 'the project too'])('deletes what needs no room, then the rest, with %s on it', async (what) => {
    const isAll = what === 'the project too';
    if (isAll) root = disk;
    mkdirSync(at('.mlo'), { recursive: true });
    writeFileSync(at('.mlo/config.yaml'), isAll ? 'gc.grace: 0s\n' : `cache.dir: ${disk}/cache\ngc.grace: 0s\n`);
    await prepare(root);
    const ballast = join(disk, 'somebody else');
    fill(ballast);
    expect(() => writeFileSync(join(disk, 'one more'), 'x')).toThrow(/ENOSPC/);
    rmSync(join(disk, 'one more'));
    const ctx = appContext(root);
    const report = await gc(ctx, GC_OPTIONS);
    expect(report).toMatchObject({ done: true, gone: { loose: { objects: 20 } } });
    expect([report.unfinished, ctx.events.filter(({ type }) => type === 'warning')]).toEqual([undefined, []]);
    expect(report.size.before - report.size.after).toBeGreaterThan(1_400_000);
    expect(await isWhole()).toBe(true);
    faults('a full disk', 1);
  });

  it('says what it could not write anew where all that is freed is too little, and does it the next time', async () => {
    writeFileSync(at('.mlo/config.yaml'), `cache.dir: ${disk}/cache\ngc.grace: 0s\n`);
    mkdirSync(at('data'));
    for (let each = 0; each < 400; each += 1) writeFileSync(at(`data/${each}`), noise(20_000, each + 1));
    await addData();
    for (let each = 0; each < 400; each += 1) if (each % 8 < 5) rmSync(at(`data/${each}`));
    await addData();
    fill(join(disk, 'somebody else'));
    const first = await runCommand(process.execPath, [LAUNCHER, 'gc', '--force', '--json'], {
      cwd: root,
      env: { PATH: process.env['PATH'], HOME: root },
      timeoutMs: 60_000,
    });
    const { data: report, error } = JSON.parse(first.stdout) as { data: GcData; error: unknown };
    expect([first.code, error]).toMatchObject([3, { code: 'MLO_CACHE_IO', message: expect.stringMatching(/too full to write .*anew/) }]);
    expect(report.done).toBe(true);
    expect(report.unfinished?.packs).toBeGreaterThan(0);
    const left = report.unfinished?.packed.bytes ?? 0;
    expect(left).toBeGreaterThan(100_000);
    expect(report.waiting.bytes).toBeGreaterThanOrEqual(left);
    expect(await isWhole()).toBe(true);
    expect(leftovers(join(disk, 'cache'))).toEqual([]);
    rmSync(join(disk, 'somebody else'));
    const again = await gc(appContext(root), GC_OPTIONS);
    expect(again.unfinished).toBeUndefined();
    expect(again.size.before - again.size.after).toBeGreaterThan(left * 0.9);
    expect(await isWhole()).toBe(true);
    faults('a full disk', 1);
  });

  it('reads what runs keep, also what stands in the write-ahead log only, and refuses where that cannot be known', async () => {
    root = disk;
    mkdirSync(at('.mlo'));
    writeFileSync(at('.mlo/config.yaml'), 'gc.grace: 0s\n');
    mkdirSync(at('data'));
    for (const name of ['kept', 'gone']) writeFileSync(at(`data/${name}`), noise(200_000, name.length + name.charCodeAt(0)));
    await addData('data/kept');
    await addData('data/gone');
    const kept = parsePointer('data/kept.mlo', readFileSync(at('data/kept.mlo'), 'utf8'));
    for (const path of ['data', '.gitignore']) rmSync(at(path), { recursive: true, force: true });
    // A command that was killed leaves what it last committed in the log.
    mkdirSync(join(scratch, 'elsewhere'));
    const elsewhere = join(scratch, 'elsewhere/tracking.db');
    const tracking = openTracking({ path: elsewhere });
    const id = 'a'.repeat(32);
    tracking.startRun({ id, name: 'a run', startedMs: 1_000 });
    tracking.logArtifact(id, 'kept', kept);
    tracking.flush();
    for (const suffix of ['', '-wal']) copyFileSync(elsewhere + suffix, at(`.mlo/tracking.db${suffix}`));
    tracking.close();
    const whole = readFileSync(at('.mlo/tracking.db'));
    renameSync(at('.mlo/tracking.db-wal'), at('.mlo/log'));
    mkdirSync(at('.mlo/tracking.db-wal'));
    fill(join(disk, 'somebody else'));

    await expect(gc(appContext(root), GC_OPTIONS)).rejects.toMatchObject({ code: 'MLO_TRACKING' });
    rmdirSync(at('.mlo/tracking.db-wal'));
    renameSync(at('.mlo/log'), at('.mlo/tracking.db-wal'));
    fill(join(disk, 'somebody else too'));
    const report = await gc(appContext(root), GC_OPTIONS);
    expect(report).toMatchObject({ done: true, gone: { loose: { objects: 1 } } });
    expect(report.kept.find((each) => each.for === 'runs')).toMatchObject({ objects: 1 });
    expect(readFileSync(at('.mlo/tracking.db')).equals(whole)).toBe(true);
    rmSync(join(disk, 'somebody else'));
    expect(await isWhole()).toBe(true);
    faults('a full disk', 2);
  });

  it('has a lock with one holder, which is seen, taken over from the dead, and leaves nothing', async () => {
    const path = join(disk, 'gc.lock');
    fill(join(disk, 'somebody else'));
    const held = await acquireLock(path, { command: 'mlo gc' });
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect([isLockHeld(path), readLock(path)]).toMatchObject([true, { pid: process.pid, host: ownIdentity().host }]);
    await expect(acquireLock(path, { command: 'mlo gc' })).rejects.toMatchObject({ code: 'MLO_LOCKED', details: { pid: process.pid } });
    const text = execFileSync('readlink', [path], { encoding: 'utf8' }).trim();
    expect(text.length).toBeLessThan(60);
    held.release();
    expect(leftovers(disk)).toEqual([]);
    expect(isLockHeld(path)).toBe(false);

    const parts = text.split('.');
    const dead = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' })).toString(36);
    symlinkSync([parts[0], dead, ...parts.slice(2)].join('.'), path);
    expect(isLockHeld(path)).toBe(false);
    (await acquireLock(path, { command: 'mlo gc' })).release();
    symlinkSync([parts[0], dead, parts[2], '00000000', ...parts.slice(4)].join('.'), path);
    expect(isLockHeld(path)).toBe(true);
    await expect(acquireLock(path, { command: 'mlo gc' })).rejects.toMatchObject({ code: 'MLO_LOCKED' });
    faults('a full disk', 1);
  });
});

describe('a segment of the journal whose first bytes found no room', () => {
  it('starts as every segment does once there is some', () => {
    const path = join(disk, 'segment.jnl');
    const writer = new SegmentWriter(path);
    fill(join(disk, 'somebody else'));
    const payload = Buffer.from('a tree');
    const [lost, kept] = [hashBytes('lost'), hashBytes('kept')];
    writer.append(RECORD.object, lost, payload);
    expect(() => writer.push()).toThrow(/no space left/);
    rmSync(join(disk, 'somebody else'));
    writer.append(RECORD.object, kept, payload);
    writer.push();
    const reader = new SegmentReader(path);
    expect(readFileSync(path, 'latin1')).toMatch(/^mlo-journal 1\n/);
    expect(reader.owner).toMatchObject({ pid: process.pid });
    expect([reader.index.object(lost), reader.index.object(kept)]).toEqual([undefined, expect.anything()]);
    reader.close();
    writer.close();
    faults('a full disk', 1);
  });
});

test('a lease that finds no room is refused and leaves no file that mlo gc would wait for', () => {
  fill(join(disk, 'somebody else'));
  const before = readdirSync(disk);
  expect(() => writeLease(disk, { command: 'mlo add', root })).toThrow(/no space left/);
  expect(readdirSync(disk)).toEqual(before);
  faults('a full disk', 1);
});

test('init that finds no room for its second file leaves no part of it, and goes on once there is some', async () => {
  const start = () => init(appContext(disk), { template: 'empty', git: false });
  const ballast = join(disk, 'somebody else');
  fill(ballast);
  truncateSync(ballast, statSync(ballast).size - 4_096);
  await expect(start()).rejects.toMatchObject({ code: 'MLO_CACHE_IO', message: expect.stringMatching(/\.gitignore: no space left/) });
  expect(readdirSync(join(disk, '.mlo'))).toEqual(['config.yaml']);
  rmSync(ballast);
  expect(await start()).toMatchObject({ created: ['.mlo/.gitignore', '.mloignore', 'pipeline.yaml', 'params.yaml'] });
  expect(readFileSync(join(disk, '.mlo/.gitignore'), 'utf8')).toMatch(/^\/\*\n/);
  faults('a full disk', 1);
});

describe('a repro', () => {
  it('leaves what lies in an out where it is when the cache has no room to keep it, and keeps it when there is room', async () => {
    writeFileSync(at('.mlo/config.yaml'), `cache.dir: ${disk}/cache\n`);
    writeFileSync(at('pipeline.yaml'), 'stages:\n  make:\n    cmd: cp in.txt out.bin\n    deps: [in.txt]\n    outs: [out.bin]\n');
    writeFileSync(at('in.txt'), 'first');
    const repro = async () =>
      await runCommand(process.execPath, [LAUNCHER, 'repro', '--json'], { cwd: root, env: { ...process.env, MLO_NO_BUILD: '1' } });
    expect((await repro()).code).toBe(0);
    const mine = noise(8_000_000, 3);
    writeFileSync(at('out.bin'), mine);
    writeFileSync(at('in.txt'), 'second');
    writeFileSync(join(disk, 'somebody else'), noise(18_000_000, 7));
    const full = await repro();
    expect([full.code, full.stdout]).toEqual([
      1,
      expect.stringContaining('the disk has no room to keep them; they were left where they are'),
    ]);
    expect(readFileSync(at('out.bin')).equals(mine)).toBe(true);
    rmSync(join(disk, 'somebody else'));
    expect((await repro()).code).toBe(0);
    expect(readFileSync(at('out.bin'), 'utf8')).toBe('second');
    const back = ['checkout', '--digest', hashBytes(mine), '--to', 'back.bin'];
    expect((await runCommand(process.execPath, [LAUNCHER, ...back], { cwd: root, env: { ...process.env, MLO_NO_BUILD: '1' } })).code).toBe(
      0,
    );
    expect(readFileSync(at('back.bin')).equals(mine)).toBe(true);
    faults('a full disk', 1);
  });
});

describe('the journal of a repro', () => {
  it('refuses what finds no room on its disk, and loses nothing that it takes before and afterwards', () => {
    const path = join(disk, 'repro.journal');
    const locks = hashBytes('locks');
    const journal = new ReproJournal(path, readJournal(path, locks));
    journal.rebase(locks);
    fill(join(disk, 'somebody else'));
    const finish = (stage: string): string => {
      journal.done(stage, { cmd: 'make', outs: { [stage]: { digest: hashBytes(stage), size: 1 } } });
      return stage;
    };
    const taken: string[] = [];
    expect(() => {
      for (;;) taken.push(finish(`stage ${taken.length}`));
    }).toThrow(/no space left/);
    rmSync(join(disk, 'somebody else'));
    taken.push(finish('with room again'));
    journal.close();
    expect(taken.length).toBeGreaterThan(1);
    expect([...readJournal(path, locks).finished.keys()]).toEqual(taken);
    faults('a full disk', 1);
  });
});

const GC_OPTIONS = {
  branches: false,
  tags: false,
  commits: 0,
  allCommits: false,
  runs: true,
  ignoreProjects: [],
  force: true,
} as const;
