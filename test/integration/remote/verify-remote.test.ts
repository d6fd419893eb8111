import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashBytes } from '../../../src/fs/hash.ts';
import type { TestProject } from '../../helpers/index.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { clone, isConsistent, keysOf, KINDS, noise, projectWithData, sameData, succeeds, testRemote, type TestRemote } from './remotes.ts';
import { preparedOnce } from './starting-point.ts';

const FILES = {
  ...Object.fromEntries(Array.from({ length: 40 }, (_, number) => [`data/raw/part${number % 3}/${number}.txt`, `row ${number}\n`])),
  'data/big.bin': noise(600_000),
};

const pushed = preparedOnce(async (remote) => {
  const project = await projectWithData(FILES, ['data/raw', 'data/big.bin'], remote);
  await succeeds(project, ['push']);
  return project;
});

function flip(path: string, bytes: Uint8Array): void {
  const content = readFileSync(path);
  const at = content.indexOf(bytes);
  expect(at).toBeGreaterThan(0);
  content[at] = (content[at] as number) ^ 1;
  chmodSync(path, 0o644);
  writeFileSync(path, content);
}

function packs(remote: TestRemote): readonly string[] {
  return keysOf(remote.folder).filter((key) => key.startsWith('packs/'));
}

/** It has run, and pushed two runs and a result. */
const pushedRuns = preparedOnce(async (remote) => {
  const pipeline = 'stages:\n  train: { cmd: cp data.txt model.txt, deps: [data.txt], outs: [model.txt] }\n';
  const project = await projectWithData({ 'data.txt': 'data\n', 'pipeline.yaml': pipeline }, [], remote);
  await succeeds(project, ['repro']);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=results');
  expect((await succeeds(project, ['push'])).runs).toMatchObject({ sent: 2, results: { sent: 1 } });
  return project;
});

function batches(remote: TestRemote): readonly string[] {
  return keysOf(remote.folder).filter((each) => /^(runs|run-cache)\//.test(each));
}

function change(remote: TestRemote, key: string, how: (bytes: Buffer) => Buffer): void {
  const path = join(remote.folder, key);
  chmodSync(path, 0o644);
  writeFileSync(path, how(readFileSync(path)));
}

/** The version that the footer tells is the next one. */
function newer(bytes: Buffer): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt32LE(2, bytes.length - 64 + 8);
  return changed;
}

/** Broken things are told, taken out, sent again by push, and then all is there. */
async function isMended(remote: TestRemote, project: TestProject): Promise<void> {
  const { code, data } = await mloHere(project, ['verify', '--remote', '--repair']);
  expect(code).toBe(12);
  expect(data.repaired).toBeDefined();
  expect((await succeeds(project, ['push'])).missing).toEqual([]);
  expect((await succeeds(project, ['verify', '--remote'])).ok).toBe(true);
  expect(keysOf(remote.folder).filter((key) => key.startsWith('leases/'))).toEqual([]);
  await isConsistent(remote);
  const copy = await clone(project, remote);
  await succeeds(copy, ['pull']);
  await sameData(project, copy);
}

describe.each(KINDS)('verify of a remote in a %s', (kind) => {
  it('reads all of it, and says so; a sample reads a part, a dry run nothing', async () => {
    const { project } = await pushed(kind);
    const { looked, ok, estimate } = await succeeds(project, ['verify', '--remote']);
    expect(ok).toBe(true);
    expect(looked).toMatchObject({ trees: 4, recipes: 1 });
    expect(looked.bytes).toBe(estimate.bytes);
    expect(await succeeds(project, ['verify', '--remote', '--dry-run'])).toMatchObject({
      done: false,
      estimate,
      looked: { entries: 0, bytes: 0 },
    });
    expect((await succeeds(project, ['verify', '--remote', '--sample', '1%'])).looked.bytes).toBeLessThanOrEqual(estimate.bytes);
  });

  it('names what is broken with path and revision, and --repair makes push send it again', async () => {
    const { remote, project } = await pushed(kind);
    await project.git('tag', 'v1');
    const [pack] = packs(remote);
    flip(join(remote.folder, pack as string), Buffer.from('row 17\n'));
    flip(join(remote.folder, pack as string), noise(600_000).subarray(300_000, 300_100));
    const { code, stdout } = await project.mlo(['verify', '--remote', '--json']);
    expect(code).toBe(12);
    const { data, error } = JSON.parse(stdout);
    expect(error.code).toBe('MLO_REMOTE_CORRUPT');
    expect(data.objects.map(({ state, key, uses }: any) => `${state} ${key} ${uses[0].path} ${uses[0].in.join('+')}`).sort()).toEqual([
      `broken ${pack} data/big.bin workspace+branch main+tag v1`,
      `broken ${pack} data/raw/part2/17.txt workspace+branch main+tag v1`,
    ]);
    await isMended(remote, project);
  });

  it('reads runs and results too: what is broken there is told, taken out by --repair, and sent again by push', async () => {
    const { remote, project } = await pushedRuns(kind);
    const { looked, estimate } = await succeeds(project, ['verify', '--remote']);
    expect(looked.batches).toBe(2);
    const dry = await succeeds(project, ['verify', '--remote', '--dry-run']);
    expect(dry).toMatchObject({ estimate, looked: { batches: 2, bytes: 0 } });
    const sizes = batches(remote).map((key) => readFileSync(join(remote.folder, key)).length);
    // Tables are read for knowing what there is, then blocks.
    expect(looked.bytes).toBeLessThanOrEqual(estimate.bytes);
    expect(looked.bytes).toBeGreaterThan(estimate.bytes - (sizes[0] as number) - (sizes[1] as number));
    expect(estimate.requests).toBe(5);
    for (const key of batches(remote)) {
      change(remote, key, (bytes) => {
        bytes[40] = (bytes[40] as number) ^ 1;
        return bytes;
      });
    }
    const { code, data } = await mloHere(project, ['verify', '--remote']);
    expect([code, data.batches.length]).toEqual([12, 2]);
    expect((await mloHere(project, ['verify', '--remote', '--repair'])).data.repaired.batches).toBe(2);
    expect((await succeeds(project, ['push'])).runs).toMatchObject({ sent: 2, results: { sent: 1 } });
    expect((await succeeds(project, ['verify', '--remote'])).ok).toBe(true);
    const copy = await clone(project, remote);
    expect((await succeeds(copy, ['pull'])).fetch.runs).toMatchObject({ added: 2, results: 1, damaged: [] });
  });

  it.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, -100)],
    ['of nothing', () => Buffer.alloc(0)],
    ['of a newer version by a flipped bit', newer],
  ])('takes batches away whose tables are %s, and push sends what this machine has of them', async (_what, how) => {
    const { remote, project } = await pushedRuns(kind);
    for (const key of batches(remote)) change(remote, key, how);
    const damaged = [...batches(remote)].sort();
    const other = await clone(project, remote);
    const told = await mloHere(other, ['verify', '--remote']);
    expect([told.code, told.data.batches.map(({ key }: any) => key).sort()]).toEqual([12, damaged]);
    expect([...batches(remote)].sort()).toEqual(damaged);
    // Without the tables that the machine which pushed has kept.
    const { data } = await mloHere(other, ['verify', '--remote', '--repair']);
    expect(data.repaired).toMatchObject({ batches: 0, left: [] });
    expect([...data.repaired.removed].sort()).toEqual(damaged);
    expect(batches(remote)).toEqual([]);
    expect((await succeeds(project, ['push'])).runs).toMatchObject({ sent: 2, results: { sent: 1 }, damaged: [] });
    expect((await succeeds(project, ['verify', '--remote'])).ok).toBe(true);
    const copy = await clone(project, remote);
    expect((await succeeds(copy, ['pull'])).fetch.runs).toMatchObject({ added: 2, results: 1, damaged: [] });
  });

  it.each(['runs', 'results'])('makes push send again what only %s that are there already need', async (what) => {
    const { remote, project } = await pushedRuns(kind);
    // What made the first result is named by the lock of no workspace, and by no branch, any more.
    await project.write({ 'data.txt': 'other\n' });
    await succeeds(project, ['repro']);
    await project.git('commit', '--quiet', '--all', '--amend', '--message=results');
    await succeeds(project, ['push']);
    const [pack] = packs(remote);
    flip(join(remote.folder, pack as string), Buffer.from('data\n'));
    const { data } = await mloHere(project, ['verify', '--remote', '--repair']);
    expect(data.objects.length).toBeGreaterThan(0);
    if (what === 'results') rmSync(project.path('.mlo/tracking.db'));
    const digests = data.objects.map(({ digest }: any) => digest);
    expect(await succeeds(project, ['push', '--dry-run'])).toMatchObject({
      files: digests.length,
      runs: { sent: 0, results: { sent: 0 } },
    });
    expect(await succeeds(project, ['push'])).toMatchObject({ files: digests.length, missing: [] });
    const copy = await clone(project, remote);
    await succeeds(copy, ['fetch']);
    await copy.write({ 'data.txt': 'data\n' });
    const { stages } = await succeeds(copy, ['repro', '--pull']);
    expect(stages[0].outcome).toBe('restored');
    expect(await copy.read('model.txt')).toBe('data\n');
  });

  it('makes a batch with damaged tables whole by the copy of them that is kept here', async () => {
    const { remote, project } = await pushedRuns(kind);
    for (const key of batches(remote)) {
      change(remote, key, (bytes) => {
        bytes[bytes.length - 100] = (bytes[bytes.length - 100] as number) ^ 1;
        return bytes;
      });
    }
    const { data } = await mloHere(project, ['verify', '--remote', '--repair']);
    expect(data.repaired).toMatchObject({ batches: 2, removed: [], left: [] });
    const copy = await clone(project, remote);
    expect((await succeeds(copy, ['pull'])).fetch.runs).toMatchObject({ added: 2, results: 1, damaged: [] });
    expect((await succeeds(project, ['verify', '--remote'])).ok).toBe(true);
  });

  it('leaves a batch alone that a newer mlo wrote, and says so', async () => {
    const { remote, project } = await pushedRuns(kind);
    const [key = ''] = batches(remote).filter((each) => each.startsWith('runs/'));
    const bytes = newer(readFileSync(join(remote.folder, key)));
    const own = `runs/default/${hashBytes(bytes)}`;
    writeFileSync(join(remote.folder, own), bytes);
    const { code, data } = await mloHere(project, ['verify', '--remote', '--repair']);
    expect([code, data.repaired]).toMatchObject([12, { batches: 0, removed: [], left: [own] }]);
    expect(batches(remote)).toContain(own);
    const { stdout: text } = await project.mlo(['verify', '--remote', '--repair']);
    expect(text).toMatch(/left .*newer mlo/);
  });

  it('writes format.json again where it is gone, which every other command tells', async () => {
    const { remote, project } = await pushedRuns(kind);
    rmSync(join(remote.folder, 'format.json'));
    const copy = await clone(project, remote);
    for (const args of [
      ['fetch'],
      ['push'],
      ['status', '--remote'],
      ['gc', '--remote', '--force'],
      ['verify', '--remote'],
      ['repro', '--pull'],
    ]) {
      const { error } = await mloHere(copy, [...args]);
      expect([args, error]).toMatchObject([
        args,
        { code: 'MLO_REMOTE_CORRUPT', hint: expect.stringMatching(/verify --remote .*--repair/) },
      ]);
      expect(error?.message).toMatch(/format\.json is gone.*1 index/);
    }
    const { data: checked } = await mloHere(copy, ['remote', 'check']);
    expect(checked.checks[0]).toMatchObject({ name: 'read', ok: false, found: expect.stringMatching(/format\.json is gone/) });
    expect(keysOf(remote.folder)).not.toContain('format.json');
    const { ok, repaired } = await succeeds(copy, ['verify', '--remote', '--repair'], [12]);
    expect([ok, repaired]).toMatchObject([false, { format: true, objects: 0 }]);
    expect((await succeeds(copy, ['pull'])).fetch.runs).toMatchObject({ added: 2, results: 1, damaged: [] });
    expect((await succeeds(project, ['verify', '--remote'])).ok).toBe(true);
  });

  it('does not write format.json again where nothing there is whole', async () => {
    const { remote, project } = await pushed(kind);
    rmSync(join(remote.folder, 'format.json'));
    for (const key of keysOf(remote.folder).filter((each) => each.startsWith('index/'))) change(remote, key, (bytes) => bytes.subarray(1));
    const before = keysOf(remote.folder).sort();
    const { error } = await mloHere(project, ['verify', '--remote', '--repair']);
    expect(error).toMatchObject({ code: 'MLO_REMOTE_CORRUPT', message: expect.stringMatching(/no index .* version/) });
    expect(keysOf(remote.folder).sort()).toEqual(before);
  });

  it('names what lay in a pack that is gone', async () => {
    const { remote, project } = await pushed(kind);
    await project.write({ 'data/raw/late.txt': 'late\n' });
    await succeeds(project, ['add', 'data/raw']);
    await project.git('commit', '--quiet', '--all', '--message=late');
    const before = packs(remote);
    await succeeds(project, ['push']);
    const [late] = packs(remote).filter((key) => !before.includes(key));
    rmSync(join(remote.folder, late as string));
    const { data } = await mloHere(project, ['verify', '--remote']);
    expect(data.objects.map(({ state, uses }: any) => `${state} ${uses[0].path}`).sort()).toEqual([
      'missing data/raw',
      'missing data/raw/late.txt',
    ]);
    await isMended(remote, project);
  });

  it('names an index that is damaged, which --repair deletes', async () => {
    const { remote, project } = await pushed(kind);
    const [index] = keysOf(remote.folder).filter((key) => key.startsWith('index/'));
    flip(join(remote.folder, index as string), Buffer.from('mlo-index').subarray(1));
    const { data } = await mloHere(project, ['verify', '--remote']);
    expect(data.indexes).toMatchObject([{ key: index }]);
    await isMended(remote, project);
  });
});

it('an index of a newer mlo ends verify, push and gc with the advice to update, and nothing is deleted', async () => {
  const { remote, project } = await pushed('folder');
  const [key = ''] = keysOf(remote.folder).filter((each) => each.startsWith('index/'));
  const bytes = readFileSync(join(remote.folder, key));
  bytes.write('2', 'mlo-index '.length);
  rmSync(join(remote.folder, key));
  writeFileSync(join(remote.folder, 'index', hashBytes(bytes)), bytes);
  await project.write({ 'data/raw/late.txt': 'late\n' });
  await succeeds(project, ['add', 'data/raw']);
  const isRefused = async (...args: string[]): Promise<void> => {
    const before = keysOf(remote.folder).sort();
    const { error } = await mloHere(project, args);
    expect([args, error]).toMatchObject([
      args,
      {
        code: 'MLO_FORMAT_VERSION',
        message: expect.stringMatching(/index\/.* version 2.* version 1/),
        hint: expect.stringContaining('npm install'),
      },
    ]);
    expect(keysOf(remote.folder).sort()).toEqual(before);
  };
  await isRefused('verify', '--remote');
  await isRefused('verify', '--remote', '--repair');
  await isRefused('push');
  await isRefused('gc', '--remote', '--force');
  rmSync(join(remote.folder, 'format.json'));
  await isRefused('verify', '--remote', '--repair');
});

it('verify --repair takes what the cache has lost from the remote', async () => {
  const { project } = await pushed('folder');
  await project.remove('data/raw', 'data/big.bin');
  for (const part of ['objects', 'packs', 'journal']) rmSync(project.path('.mlo/cache', part), { recursive: true, force: true });
  expect((await mloHere(project, ['verify'])).code).toBe(12);
  const { ok, repaired } = await succeeds(project, ['verify', '--repair']);
  expect(ok).toBe(true);
  expect(repaired.restored.length).toBeGreaterThan(0);
  await succeeds(project, ['checkout']);
  expect((await project.run('test', ['-s', 'data/big.bin'])).code).toBe(0);
});

it.each([
  [['verify', '--sample', '5%'], /for remotes/],
  [['verify', '--remote', '--quick'], /for the cache/],
  [['verify', '--remote', '--sample', '0'], /share/],
  [['verify', '--remote', '--repair', '--sample', '5%'], /read everything/],
])('%j is refused', async (args, message) => {
  const project = await projectWithData({}, [], await testRemote('folder'));
  const { code, stderr } = await project.mlo(args);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
