import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mloHere } from '../../helpers/mlo-here.ts';
import { clone, keysOf, KINDS, noise, projectWithData, sameData, succeeds, testRemote } from './remotes.ts';

const MB = 1_000_000;

function manyFiles(count: number): { [path: string]: string } {
  return Object.fromEntries(
    Array.from({ length: count }, (_, number) => [`data/raw/part${number % 7}/row${number}.txt`, `row ${number}\n`]),
  );
}

describe.each(KINDS)('a remote in a %s', (kind) => {
  it('has all that a clone needs after one push', async () => {
    const remote = await testRemote(kind);
    const files = {
      ...manyFiles(300),
      'data/big.bin': noise(3 * MB),
      'data/medium.bin': noise(70_000),
      'data/empty.txt': '',
      'data/run.sh': '#!/bin/sh\n',
    };
    const project = await projectWithData(files, ['data/raw', 'data/big.bin', 'data/medium.bin', 'data/empty.txt', 'data/run.sh'], remote);
    // By the real commands, as those after a clone too.
    const pushed = (await project.mlo(['push', '--json'])).json().data;
    expect(pushed).toMatchObject({ done: true, files: 304, missing: [], broken: [] });

    const copy = await clone(project, remote);
    const pulled = (await copy.mlo(['pull', '--json'])).json().data;
    expect(pulled.fetch).toMatchObject({ files: 304, missing: [] });
    await sameData(project, copy);
    expect((await copy.run('test', ['-x', 'data/run.sh'])).code).toBe(0);
    expect((await succeeds(copy, ['status'])).upToDate).toBe(true);
    expect((await succeeds(copy, ['verify'])).ok).toBe(true);
    expect((await succeeds(copy, ['status', '--remote'])).upToDate).toBe(true);
  });

  it('is asked for a handful of keys when there is nothing to push or pull', async () => {
    const remote = await testRemote(kind);
    const project = await projectWithData({ ...manyFiles(1000), 'data/big.bin': noise(MB) }, ['data/raw', 'data/big.bin'], remote);
    const first = await succeeds(project, ['push']);
    expect(first.requests).toBeLessThanOrEqual(12);
    const again = await succeeds(project, ['push']);
    expect(again).toMatchObject({ files: 0, trees: 0, bytesSent: 0, packs: 0, there: 1001 });
    expect(again.requests).toBeLessThanOrEqual(4);
    expect((await succeeds(project, ['pull'])).fetch.requests).toBeLessThanOrEqual(3);
    expect((await succeeds(project, ['push', '--no-runs'])).requests).toBeLessThanOrEqual(2);
    expect((await succeeds(project, ['pull', '--no-runs'])).fetch.requests).toBe(0);
  });

  it('is asked about as often as --dry-run says, once its indexes are known', async () => {
    const remote = await testRemote(kind);
    const project = await projectWithData({ ...manyFiles(300), 'data/big.bin': noise(40 * MB) }, ['data/raw', 'data/big.bin'], remote);
    const dry = await succeeds(project, ['push', '--dry-run']);
    const pushed = await succeeds(project, ['push']);
    expect(Math.abs(dry.requestsExpected - pushed.requests)).toBeLessThanOrEqual(4);
    expect(pushed.requestsExpected).toBeUndefined();

    const copy = await clone(project, remote);
    const { stdout } = await copy.mlo(['fetch', '--dry-run']);
    expect(stdout).toMatch(/^would fetch 301 files, 40.0 MB in about \d+ requests$/m);
    const again = await succeeds(copy, ['fetch', '--dry-run']);
    const fetched = await succeeds(copy, ['fetch']);
    expect(Math.abs(again.requestsExpected - fetched.requests)).toBeLessThanOrEqual(4);
  });

  it('gets the changed chunks of a large file only', async () => {
    const remote = await testRemote(kind);
    const bytes = noise(8 * MB);
    const project = await projectWithData({ 'data/big.bin': bytes }, ['data/big.bin'], remote);
    await succeeds(project, ['push']);
    writeFileSync(
      project.path('data/big.bin'),
      Buffer.concat([bytes.subarray(0, 4 * MB), Buffer.from('inserted'), bytes.subarray(4 * MB)]),
    );
    await succeeds(project, ['add', 'data/big.bin']);
    const { bytesSent } = await succeeds(project, ['push']);
    expect(bytesSent).toBeGreaterThan(0);
    expect(bytesSent).toBeLessThan(1.5 * MB);
    await project.git('commit', '--quiet', '--all', '--message=changed');
    const copy = await clone(project, remote);
    await succeeds(copy, ['pull']);
    await sameData(project, copy);
  });

  it('is shared by projects, which do not send what another one sent', async () => {
    const remote = await testRemote(kind);
    const files = { ...manyFiles(100), 'data/big.bin': noise(MB) };
    const one = await projectWithData(files, ['data/raw', 'data/big.bin'], remote);
    const two = await projectWithData({ ...files, 'data/own.txt': 'own\n' }, ['data/raw', 'data/big.bin', 'data/own.txt'], remote);
    await succeeds(one, ['push']);
    expect(await succeeds(two, ['push'])).toMatchObject({ files: 1, there: 101 });
    for (const project of [one, two]) {
      const copy = await clone(project, remote);
      await succeeds(copy, ['pull']);
      await sameData(project, copy);
    }
  });

  it('takes what targets name, what a revision names, and what branches name', async () => {
    const remote = await testRemote(kind);
    const project = await projectWithData({ 'data/a.txt': 'a1\n', 'data/b.txt': 'b1\n' }, ['data/a.txt', 'data/b.txt'], remote);
    await project.git('branch', 'old');
    await project.write({ 'data/a.txt': 'a2\n' });
    await succeeds(project, ['add', 'data/a.txt']);
    await project.git('commit', '--quiet', '--all', '--message=second');
    expect(await succeeds(project, ['push', 'data/a.txt'])).toMatchObject({ files: 1 });
    expect(await succeeds(project, ['push', '--dry-run'])).toMatchObject({ done: false, files: 1, bytesSent: 0 });
    const status = await succeeds(project, ['status', '--remote']);
    expect(status.data.map(({ path, state }: { path: string; state: string }) => `${path} ${state}`)).toEqual([
      'data/a.txt both',
      'data/b.txt local',
    ]);
    expect(await succeeds(project, ['push', '--rev', 'old', 'data/a.txt'])).toMatchObject({ files: 1 });
    expect(await succeeds(project, ['push', '--all-branches'])).toMatchObject({ files: 1, missing: [] });

    const copy = await clone(project, remote);
    await succeeds(copy, ['fetch', 'data/b.txt']);
    expect(copy.exists('data/b.txt')).toBe(false);
    expect((await succeeds(copy, ['pull', '--rev', 'origin/old'])).fetch).toMatchObject({ files: 1 });
    expect(await copy.read('data/a.txt')).toBe('a1\n');
  });

  it('is never given a tree without what is below it; what is missing is named, and the rest is pushed', async () => {
    const remote = await testRemote(kind);
    const project = await projectWithData(
      { 'data/raw/here.txt': 'here\n', 'data/raw/lost.bin': noise(100_000), 'data/other.txt': 'other\n' },
      ['data/raw', 'data/other.txt'],
      remote,
    );
    rmSync(project.path('.mlo/cache/objects'), { recursive: true });
    const result = await mloHere(project, ['push']);
    expect(result.code).toBe(3);
    const { data, error } = result;
    expect(error?.code).toBe('MLO_TRANSFER');
    expect(data).toMatchObject({ files: 2, trees: 0 });
    expect(data.missing).toMatchObject([{ uses: [{ path: 'data/raw/lost.bin', in: ['workspace'] }] }]);

    const copy = await clone(project, remote);
    const pulled = await mloHere(copy, ['pull']);
    expect(pulled.code).toBe(3);
    expect(pulled.data.fetch.missing).toMatchObject([{ uses: [{ path: 'data/raw' }] }]);
    expect(await copy.read('data/other.txt')).toBe('other\n');
    expect(copy.exists('data/raw')).toBe(false);

    await succeeds(project, ['add', 'data/raw']);
    expect(await succeeds(project, ['push'])).toMatchObject({ files: 1, trees: 1, missing: [] });
    await succeeds(copy, ['pull']);
    await sameData(project, copy);
  });

  it('never hands wrong bytes on: they are named, and nothing of them is written', async () => {
    const remote = await testRemote(kind);
    const project = await projectWithData({ ...manyFiles(40), 'data/big.bin': noise(MB) }, ['data/raw', 'data/big.bin'], remote);
    await succeeds(project, ['push', 'data/raw']);
    const [small] = keysOf(remote.folder).filter((key) => key.startsWith('packs/'));
    await succeeds(project, ['push']);
    const [large] = keysOf(remote.folder).filter((key) => key.startsWith('packs/') && key !== small);
    damage(join(remote.folder, small as string), Buffer.from('row 17\n'));
    damage(join(remote.folder, large as string), noise(MB).subarray(500_000, 500_100));

    const copy = await clone(project, remote);
    const { code, data } = await mloHere(copy, ['pull']);
    expect(code).toBe(3);
    const told = data.fetch.missing.map((each: any) => `${each.uses[0].path} ${each.corruptAt}`).sort();
    expect(told).toEqual([`data/big.bin ${large}`, `data/raw/part3/row17.txt ${small}`]);
    expect(copy.exists('data/big.bin')).toBe(false);
    expect(copy.exists('data/raw/part3/row17.txt')).toBe(false);
    expect(await copy.read('data/raw/part3/row24.txt')).toBe('row 24\n');
    const { damages } = (await mloHere(copy, ['verify'])).data;
    expect(damages).toEqual([]);
  });

  it('counts a folder whose tree is damaged in the cache as one to pull', async () => {
    const remote = await testRemote(kind);
    // One folder, so that one worker stores it: trees in packs may be compressed, those in the journal are not.
    const project = await projectWithData({ 'data/raw/row17.txt': 'row 17\n' }, ['data/raw'], remote);
    await succeeds(project, ['push']);
    rmSync(project.path('.mlo/state'), { recursive: true });
    const holders = keysOf(project.path('.mlo/cache')).filter((key) =>
      readFileSync(project.path(`.mlo/cache/${key}`)).includes('row17.txt'),
    );
    expect(holders).toEqual([expect.stringMatching(/^journal\/.*\.jnl$/)]);
    for (const key of holders) damage(project.path(`.mlo/cache/${key}`), Buffer.from('row17.txt'));
    const { data } = await mloHere(project, ['status', '--remote']);
    expect(data.data).toMatchObject([{ path: 'data/raw', state: 'remote' }]);
  });

  it('says of a pack that is gone which files it held', async () => {
    const remote = await testRemote(kind);
    const project = await projectWithData({ 'data/a.txt': 'a\n', 'data/b.txt': 'b\n' }, ['data/a.txt', 'data/b.txt'], remote);
    await succeeds(project, ['push', 'data/a.txt']);
    for (const key of keysOf(remote.folder).filter((each) => each.startsWith('packs/'))) rmSync(join(remote.folder, key));
    await succeeds(project, ['push', 'data/b.txt']);
    const copy = await clone(project, remote);
    const result = await mloHere(copy, ['pull']);
    expect(result.code).toBe(3);
    expect(result.data.fetch.missing).toMatchObject([{ uses: [{ path: 'data/a.txt' }] }]);
    expect(await copy.read('data/b.txt')).toBe('b\n');
  });

  it('keeps secrets out of everything that is printed and committed', async () => {
    const remote = await testRemote(kind);
    const project = await projectWithData({}, [], remote);
    const secret = 'VerySecretKeyOfSomebody';
    const refused = await project.mlo(['remote', 'modify', 'origin', 'secret_access_key', secret]);
    expect(refused.code).toBe(2);
    await succeeds(project, ['remote', 'modify', '--local', 'origin', 'secret_access_key', secret]);
    await succeeds(project, ['remote', 'modify', '--local', 'origin', 'access_key_id', 'AKIAOFNOBODYATALL']);
    const printed = await Promise.all(
      [['remote', 'show'], ['remote', 'list'], ['remote', 'check'], ['push'], ['config', 'list'], ['remote', 'check', '-v']].map((args) =>
        project.mlo(args),
      ),
    );
    const all = [refused, ...printed].map(({ stdout, stderr }) => stdout + stderr).join('\n');
    expect(all).not.toContain(secret);
    expect(all).not.toContain('AKIAOFNOBODYATALL');
    expect(await project.git('status', '--porcelain', '--ignored')).toContain('!! .mlo/config.local.yaml');
    await project.write({ '.mlo/config.yaml': `remotes: {origin: {url: x, secret_access_key: ${secret}}}\n` });
    const found = await project.mlo(['push']);
    expect(found.code).toBe(2);
    expect(found.stderr).toContain('is a secret');
  });
});

it('push, pull and the other verbs of data work at the root of a project whose pipelines are all in folders', async () => {
  const remote = await testRemote('folder');
  const pipeline = 'stages:\n  make:\n    cmd: echo made > made.txt\n    outs: [made.txt]\n';
  const project = await projectWithData({ 'part/pipeline.yaml': pipeline }, [], remote);
  expect((await project.mlo(['-C', 'part', 'repro'])).code).toBe(0);
  await project.write({ 'data.txt': 'data\n' });
  await succeeds(project, ['add', 'data.txt']);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message=made');
  expect(await succeeds(project, ['push', '--no-runs', '--all-branches'])).toMatchObject({ files: 2, missing: [] });
  const copy = await clone(project, remote);
  await succeeds(copy, ['pull', '--no-runs']);
  expect([await copy.read('data.txt'), await copy.read('part/made.txt')]).toEqual(['data\n', 'made\n']);
  for (const verb of ['checkout', 'diff', 'ls', 'verify']) await succeeds(copy, [verb]);
  // Which stages are meant is not known there.
  const hint = 'Others lie in folders below; name one: --file part/pipeline.yaml';
  expect((await mloHere(copy, ['repro'])).error).toMatchObject({ code: 'MLO_NOT_A_PROJECT', hint });
});

describe('a remote of another kind', () => {
  it('of a newer mlo is refused, and one that is none too', async () => {
    const remote = await testRemote('folder');
    const project = await projectWithData({ 'data/a.txt': 'a\n' }, ['data/a.txt'], remote);
    await succeeds(project, ['push']);
    const file = join(remote.folder, 'format.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"schema": 1', '"schema": 2'));
    expect((await mloHere(project, ['push'])).error).toMatchObject({ code: 'MLO_FORMAT_VERSION' });
    writeFileSync(file, '{}');
    expect((await mloHere(project, ['push'])).error).toMatchObject({ code: 'MLO_REMOTE' });
  });
});

function damage(path: string, bytes: Buffer): void {
  const content = readFileSync(path);
  const at = content.indexOf(bytes);
  expect(at).toBeGreaterThan(0);
  content[at] = (content[at] as number) ^ 1;
  rmSync(path);
  writeFileSync(path, content);
}
