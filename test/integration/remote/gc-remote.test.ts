import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestBytes, hashBytes } from '../../../src/fs/hash.ts';
import type { TestProject } from '../../helpers/index.ts';
import { mloHere } from '../../helpers/mlo-here.ts';
import { clone, isConsistent, keysOf, KINDS, noise, projectWithData, sameData, succeeds, testRemote } from './remotes.ts';
import { preparedOnce } from './starting-point.ts';
import { beginPut } from './begin-put.ts';

const SWEEP = ['gc', '--remote', '--grace', '0', '--force'];

function files(name: string, count = 30): { [path: string]: string } {
  return Object.fromEntries(Array.from({ length: count }, (_, number) => [`data/raw/${number % 3}/${number}.txt`, `${name} ${number}\n`]));
}

/** Everything of the version before is another one now. */
async function secondVersion(project: TestProject): Promise<void> {
  await project.write({ ...files('second'), 'data/big.bin': noise(400_000, 2) });
  await succeeds(project, ['add', 'data/raw', 'data/big.bin']);
  await project.git('commit', '--quiet', '--all', '--message=second');
}

const withTwoVersions = preparedOnce(async (remote) => {
  const project = await projectWithData({ ...files('first'), 'data/big.bin': noise(400_000) }, ['data/raw', 'data/big.bin'], remote);
  await succeeds(project, ['push']);
  await secondVersion(project);
  await succeeds(project, ['push']);
  return project;
});

describe.each(KINDS)('gc of a remote in a %s', (kind) => {
  it('says what would go, and with --force deletes what no branch, tag or run needs', async () => {
    const { remote, project } = await withTwoVersions(kind);
    const before = keysOf(remote.folder).sort();
    const dry = await succeeds(project, ['gc', '--remote', '--grace', '0']);
    expect(dry).toMatchObject({ done: false, packs: { packs: 1 }, young: { objects: 0 }, missing: 0, lost: 0 });
    expect(dry.gone.objects).toBeGreaterThan(30);
    expect(keysOf(remote.folder).sort()).toEqual(before);

    const { packs, size } = await succeeds(project, SWEEP);
    expect(packs).toEqual(dry.packs);
    expect(size).toEqual(dry.size);
    const after = keysOf(remote.folder);
    expect(after.filter((key) => key.startsWith('packs/'))).toHaveLength(1);
    expect(after.filter((key) => key.startsWith('index/'))).toHaveLength(1);
    expect(after.filter((key) => key.startsWith('leases/'))).toEqual([]);
    await isConsistent(remote);
    const copy = await clone(project, remote);
    await succeeds(copy, ['pull']);
    await sameData(project, copy);
    expect(await succeeds(project, SWEEP)).toMatchObject({ gone: { objects: 0 }, packs: { packs: 0 } });
    expect(await succeeds(project, ['push'])).toMatchObject({ files: 0, trees: 0 });
  });

  it('keeps what is young, what tags, other branches and --keep name, and what another project on it needs', async () => {
    const { remote, project } = await withTwoVersions(kind);
    expect(await succeeds(project, ['gc', '--remote', '--force'])).toMatchObject({ gone: { objects: 0 }, packs: { packs: 0 } });
    const first = (await project.git('rev-parse', 'HEAD~1')).trim();
    expect(await succeeds(project, [...SWEEP, '--keep', first])).toMatchObject({ gone: { objects: 0 } });
    await project.git('tag', 'v1', first);
    expect(await succeeds(project, SWEEP)).toMatchObject({ gone: { objects: 0 } });
    await project.git('tag', '--delete', 'v1');
    await project.git('branch', 'old', first);
    expect(await succeeds(project, SWEEP)).toMatchObject({ gone: { objects: 0 } });
    await project.git('branch', '--delete', '--force', 'old');

    const other = await projectWithData({ 'data/own.txt': 'own\n' }, ['data/own.txt'], remote);
    await succeeds(other, ['push']);
    expect(await succeeds(project, [...SWEEP, '--keep-project', other.root, '--keep', first])).toMatchObject({ gone: { objects: 0 } });
    expect(await succeeds(project, SWEEP)).toMatchObject({ packs: { packs: 2 } });
    expect(await succeeds(other, ['push'])).toMatchObject({ files: 1 });
    await isConsistent(remote);
  });

  it('keeps all that a young tree of somebody else needs, however old', async () => {
    const { remote, project } = await withTwoVersions(kind);
    const first = (await project.git('rev-parse', 'HEAD~1')).trim();
    const colleague = await clone(project, remote);
    await colleague.git('checkout', '--quiet', first);
    await succeeds(colleague, ['pull']);
    await colleague.write({ 'data/raw/new.txt': 'new\n' });
    await succeeds(colleague, ['add', 'data/raw']);
    await colleague.git('commit', '--quiet', '--all', '--message=unknown to others');
    // All that is there by now is old; what the colleague pushes is not.
    const old = keysOf(remote.folder).filter((key) => key.startsWith('packs/'));
    await project.run('touch', ['-d', '2020-01-01', ...old.map((key) => join(remote.folder, key))]);
    expect(await succeeds(colleague, ['push'])).toMatchObject({ files: 1, trees: 1 });
    const { young } = await succeeds(project, ['gc', '--remote', '--force', '--grace', '1h']);
    expect(young.objects).toBeGreaterThan(30);
    const copy = await clone(colleague, remote);
    await succeeds(copy, ['pull', 'data/raw']);
    await sameData(colleague, copy, 'data/raw');
  });

  it('writes half-empty packs anew where it is asked to, and large files stay whole', async () => {
    const remote = await testRemote(kind);
    const big = noise(500_000);
    const project = await projectWithData({ ...files('first'), 'data/big.bin': big }, ['data/raw', 'data/big.bin'], remote);
    await succeeds(project, ['push']);
    await project.write({ 'data/big.bin': Buffer.concat([big.subarray(0, 100_000), noise(400_000, 3)]) });
    await succeeds(project, ['add', 'data/big.bin']);
    await project.git('commit', '--quiet', '--all', '--message=second');
    await succeeds(project, ['push']);
    const plain = await succeeds(project, ['gc', '--remote', '--grace', '0']);
    expect(plain.waiting.bytes).toBeGreaterThan(300_000);
    const repacked = await succeeds(project, [...SWEEP, '--repack']);
    expect(repacked).toMatchObject({ repacked: { packs: 1 }, waiting: { objects: 0 } });
    expect(repacked.size.after).toBeLessThan(repacked.size.before - 300_000);
    await isConsistent(remote);
    const copy = await clone(project, remote);
    await succeeds(copy, ['pull']);
    await sameData(project, copy);
  });

  it('deletes what it did not write never, and packs of interrupted pushes once they are old', async () => {
    const { remote, project } = await withTwoVersions(kind);
    const opened = await remote.open();
    await opened.put(`packs/ab/${'ab'.repeat(32)}`, Buffer.from('a pack of a push that was killed'));
    for (const key of ['runs/default/readme', 'registry/one', 'notes.txt', 'packs/readme', 'index/readme'])
      await opened.put(key, Buffer.from('of others'));
    expect(await succeeds(project, ['gc', '--remote', '--force'])).toMatchObject({ unfinished: { packs: 0 } });
    expect(await succeeds(project, SWEEP)).toMatchObject({ unfinished: { packs: 0 } });
    await project.run('touch', ['-d', '2 hours ago', join(remote.folder, `packs/ab/${'ab'.repeat(32)}`)]);
    expect(await succeeds(project, SWEEP)).toMatchObject({ unfinished: { packs: 1 } });
    const left = keysOf(remote.folder);
    expect(left).toEqual(expect.arrayContaining(['runs/default/readme', 'registry/one', 'notes.txt', 'packs/readme', 'index/readme']));
    expect(left.filter((key) => key.startsWith('packs/ab/abab'))).toEqual([]);
    opened.close();
  });

  it('takes away puts that never ended, once they are old, and only those of mlo', async () => {
    const { remote, project } = await withTwoVersions(kind);
    await succeeds(project, SWEEP);
    const own = await beginPut(remote, `packs/ab/${'ab'.repeat(32)}`);
    await beginPut(remote, `packs/ab/${'ef'.repeat(32)}`);
    const ofOthers = await beginPut(remote, 'registry/model.bin');
    expect(await succeeds(project, SWEEP)).toMatchObject({ uploads: { puts: 0 } });
    for (const path of [own, ofOthers]) await project.run('touch', ['-d', '2 hours ago', path]);
    const dry = await project.mlo(['gc', '--remote', '--grace', '0']);
    expect(dry.stdout).toMatch(/uploads, unfinished +1/);
    expect(existsSync(own)).toBe(true);
    expect(await succeeds(project, ['gc', '--remote', '--force'])).toMatchObject({ uploads: { puts: 0 } });
    expect(await succeeds(project, SWEEP)).toMatchObject({ uploads: { puts: 1, bytes: 1000 } });
    expect([existsSync(own), existsSync(ofOthers)]).toEqual([false, true]);
    expect(await succeeds(project, SWEEP)).toMatchObject({ uploads: { puts: 0 } });
    await isConsistent(remote);
  });

  it('keeps what batches of runs need, and refuses where one cannot be read', async () => {
    const { remote, project } = await withTwoVersions(kind);
    const [pointer] = (await project.git('show', 'HEAD~1:data/raw.mlo')).match(/[0-9a-f]{64}/) ?? [];
    const tables = Buffer.alloc(40);
    tables.write(pointer as string, 'hex');
    tables.writeUInt32LE(1, 32);
    const footer = Buffer.alloc(64);
    footer.write('mloBatch');
    for (const [number, value] of [1, 0, 1, 0].entries()) footer.writeUInt32LE(value, 8 + number * 4);
    footer.writeBigUInt64LE(16n, 24);
    footer.set(digestBytes(tables), 32);
    const batch = Buffer.concat([Buffer.from('mlo-batch 1\n\0\0\0\0'), tables, footer]);
    const opened = await remote.open();
    await opened.put(`runs/default/${hashBytes(batch)}`, batch);
    const { kept, gone } = await succeeds(project, SWEEP);
    expect(kept.at(-1)).toMatchObject({ for: 'runs and results there', of: '1 batch', objects: 34 });
    expect(gone.objects).toBeGreaterThan(0);
    expect(gone.objects).toBeLessThan(30);
    await succeeds(project, ['verify', '--remote']);
    await project.git('checkout', '--quiet', 'HEAD~1', '--', 'data/raw.mlo');
    const copy = await clone(project, remote);
    await copy.git('checkout', '--quiet', 'HEAD~1');
    await succeeds(copy, ['pull', 'data/raw']);
    expect(await copy.read('data/raw/0/0.txt')).toBe('first 0\n');
    await opened.put(`run-cache/${'ab'.repeat(32)}`, Buffer.from('no batch'));
    const before = keysOf(remote.folder).length;
    expect((await mloHere(project, SWEEP)).error).toMatchObject({ code: 'MLO_REMOTE_CORRUPT' });
    expect(keysOf(remote.folder)).toHaveLength(before);
    opened.close();
  });

  it('refuses to delete where packs are gone that are needed', async () => {
    const { remote, project } = await withTwoVersions(kind);
    const opened = await remote.open();
    for (const key of keysOf(remote.folder).filter((each) => each.startsWith('packs/'))) await opened.delete(key);
    opened.close();
    const { code, error } = await mloHere(project, SWEEP);
    expect(code).toBe(12);
    expect(error).toMatchObject({
      code: 'MLO_REMOTE_CORRUPT',
      hint: expect.stringContaining('mlo verify --remote --repair') as string,
    });
    expect(keysOf(remote.folder).filter((key) => key.startsWith('index/'))).toHaveLength(2);
    expect(keysOf(remote.folder).filter((key) => key.startsWith('leases/'))).toEqual([]);
  });
});

describe('gc of a remote', () => {
  it('of which nothing was pushed finds nothing', async () => {
    const project = await projectWithData({}, [], await testRemote('folder'));
    expect(await succeeds(project, SWEEP)).toMatchObject({ gone: { objects: 0 }, size: { before: 0, after: 0 } });
  });

  it('deletes nothing where it is not known what is needed', async () => {
    const { remote, project } = await withTwoVersions('folder');
    await project.write({ 'data/raw.mlo': 'no pointer\n' });
    const before = keysOf(remote.folder).sort();
    expect((await mloHere(project, SWEEP)).code).not.toBe(0);
    expect(keysOf(remote.folder).sort()).toEqual(before);
    expect((await mloHere(project, [...SWEEP, '--keep', 'no-such-revision'])).code).not.toBe(0);
    expect((await mloHere(project, [...SWEEP, '--keep-project', 'nowhere'])).code).not.toBe(0);
  });

  it.each([
    [['gc', '--grace', '0'], /for remotes/],
    [['gc', '--remote', '--branches'], /for the cache/],
    [['gc', '--remote', 'no-such'], /no remote 'no-such'/],
    [['gc', '--remote', '--grace', 'soon'], /duration/],
  ])('%j is refused', async (args, message) => {
    const project = await projectWithData({}, [], await testRemote('folder'));
    const { code, stderr } = await project.mlo(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
