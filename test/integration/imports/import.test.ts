import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProjectHere, temporaryFolder, type TestProject } from '../../helpers/index.ts';
import { succeeds } from '../remote/remotes.ts';

const BIG = Buffer.alloc(300_000, 'bytes of a model, again and again ');

/** A project with two commits: `v1`, and one after it. */
async function registry(): Promise<TestProject> {
  const project = await createProjectHere(
    { '.mlo/config.yaml': '', 'docs/readme.txt': 'read me\n', 'docs/run.sh': '#!/bin/sh\n' },
    { git: true },
  );
  await project.write({ 'data/raw/a.txt': 'a1\n', 'data/raw/sub/b.txt': 'b1\n', 'models/base.bin': BIG });
  await succeeds(project, ['add', 'data/raw', 'models/base.bin']);
  await project.write({
    'pipeline.yaml': 'stages:\n  make: { cmd: mkdir -p out && echo made > out/x.txt, deps: [docs/readme.txt], outs: [out] }\n',
  });
  await succeeds(project, ['repro']);
  await commit(project, 'one');
  await project.git('tag', 'v1');
  await project.write({ 'data/raw/a.txt': 'a2\n' });
  await succeeds(project, ['add', 'data/raw']);
  await commit(project, 'two');
  return project;
}

async function commit(project: TestProject, message: string): Promise<void> {
  await project.git('add', '--all');
  await project.git('commit', '--quiet', `--message=${message}`);
}

async function consumer(): Promise<TestProject> {
  return await createProjectHere({ '.mlo/config.yaml': '' }, { git: true });
}

function sourceOf(project: TestProject, path: string): any {
  return JSON.parse(readFileSync(project.path(`${path}.mlo`), 'utf8')).source;
}

/** A bare copy of the repository: no cache, no work tree, only what Git has. */
async function bareCopy(project: TestProject): Promise<string> {
  const folder = join(await temporaryFolder(), 'bare.git');
  await project.git('clone', '--quiet', '--bare', project.root, folder);
  return folder;
}

describe('mlo import', () => {
  it('takes tracked data, a part of it, an out and a file of Git from a project on this machine', async () => {
    const from = await registry();
    const project = await consumer();
    const data = await succeeds(project, ['import', from.root, 'data/raw', '-o', 'in/raw']);
    expect(data).toMatchObject({ path: 'in/raw', files: 2, filesReceived: 2 });
    expect(await project.read('in/raw/a.txt')).toBe('a2\n');
    await succeeds(project, ['import', from.root, 'data/raw/sub']);
    expect(await project.read('sub/b.txt')).toBe('b1\n');
    await succeeds(project, ['import', from.root, 'models/base.bin']);
    expect(readFileSync(project.path('base.bin')).equals(BIG)).toBe(true);
    await succeeds(project, ['import', from.root, 'out']);
    expect(await project.read('out/x.txt')).toBe('made\n');
    await succeeds(project, ['import', from.root, 'docs']);
    expect(await project.read('docs/readme.txt')).toBe('read me\n');
    expect((await project.run('test', ['-x', 'docs/run.sh'])).code).toBe(0);
    await succeeds(project, ['import', from.root, 'data', '-o', 'all']);
    expect(await project.read('all/raw/sub/b.txt')).toBe('b1\n');
    expect(sourceOf(project, 'in/raw')).toEqual({
      commit: (await from.git('rev-parse', 'HEAD')).trim(),
      path: 'data/raw',
      repo: from.root,
    });
    expect((await succeeds(project, ['status'])).upToDate).toBe(true);
    expect((await succeeds(project, ['verify'])).ok).toBe(true);
  });

  it('takes with a folder the files of Git whose names begin with that of tracked data', async () => {
    const from = await createProjectHere({ '.mlo/config.yaml': '', 'data/raw.txt': 'about raw\n' }, { git: true });
    await from.write({ 'data/raw/a.txt': 'a1\n' });
    await succeeds(from, ['add', 'data/raw']);
    await commit(from, 'one');
    const project = await consumer();
    await succeeds(project, ['import', from.root, 'data']);
    expect([await project.read('data/raw.txt'), await project.read('data/raw/a.txt')]).toEqual(['about raw\n', 'a1\n']);
    expect(existsSync(project.path('data/raw.mlo'))).toBe(false);
  });

  it('takes what a project has that lies in a folder of its repository, by the path of that folder', async () => {
    const from = await createProjectHere({ 'README.txt': 'of the repository\n', 'team/data/.mlo/config.yaml': '' }, { git: true });
    await from.write({ 'team/data/raw/a.txt': 'a1\n', 'team/data/raw/b.txt': 'b1\n', 'team/data/notes.txt': 'notes\n' });
    const inner = from.path('team/data');
    await succeeds(from, ['-C', inner, 'add', 'raw']);
    await commit(from, 'one');
    const project = await consumer();
    await succeeds(project, ['import', inner, 'raw']);
    expect(await project.read('raw/b.txt')).toBe('b1\n');
    expect(sourceOf(project, 'raw')).toMatchObject({ repo: inner, path: 'raw' });
    await succeeds(project, ['get', inner, 'notes.txt']);
    expect(await project.read('notes.txt')).toBe('notes\n');
    await from.write({ 'team/data/raw/a.txt': 'a2\n' });
    await succeeds(from, ['-C', inner, 'add', 'raw']);
    await commit(from, 'two');
    await succeeds(project, ['update', 'raw']);
    expect(await project.read('raw/a.txt')).toBe('a2\n');
    const wrong = await project.mlo(['get', inner, 'rew']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/There is no 'rew' at commit .*\n.*Did you mean 'raw'\?/)]);
    expect((await project.mlo(['get', inner, '../../README.txt'])).stderr).toContain('is no path in a repository');
  });

  it('stays at its commit until an update, which tells what it was and is', async () => {
    const from = await registry();
    const project = await consumer();
    await succeeds(project, ['import', from.root, 'data/raw', '--rev', 'v1']);
    expect(await project.read('raw/a.txt')).toBe('a1\n');
    expect((await succeeds(project, ['update', 'raw'])).imports).toMatchObject([{ state: 'unchanged' }]);
    const moved = await succeeds(project, ['update', 'raw', '--rev', 'main']);
    expect(moved.imports).toMatchObject([{ state: 'moved', before: expect.stringMatching(/^v1 /) as string, filesReceived: 1 }]);
    expect(await project.read('raw/a.txt')).toBe('a2\n');
    const pointer = await project.read('raw.mlo');
    await from.write({ 'docs/readme.txt': 'something else\n' });
    await commit(from, 'three');
    expect((await succeeds(project, ['update', '--all'])).imports).toMatchObject([{ state: 'unchanged' }]);
    expect(await project.read('raw.mlo')).toBe(pointer);
    await from.write({ 'data/raw/new.txt': 'new\n' });
    await succeeds(from, ['add', 'data/raw']);
    await commit(from, 'four');
    expect((await succeeds(project, ['update', '--all'])).imports).toMatchObject([{ state: 'moved' }]);
    expect(await project.read('raw/new.txt')).toBe('new\n');
  });

  it('takes the bytes from the remote that the configuration of that commit names', async () => {
    const from = await registry();
    const folder = join(await temporaryFolder(), 'remote');
    await succeeds(from, ['remote', 'add', 'origin', folder]);
    await succeeds(from, ['push', '--all-tags']);
    await commit(from, 'remote');
    const bare = `file://${await bareCopy(from)}`;
    const project = await consumer();
    // A bare repository has neither cache nor settings beside it.
    const address = bare.slice('file://'.length);
    await succeeds(project, ['import', address, 'data/raw']);
    expect(await project.read('raw/sub/b.txt')).toBe('b1\n');
    await succeeds(project, ['import', address, 'data/raw/sub/b.txt']);
    expect(await project.read('b.txt')).toBe('b1\n');
    await from.git('commit', '--quiet', '--allow-empty', '--message=more');
  });

  it('says what cannot be had', async () => {
    const from = await registry();
    const project = await consumer();
    const bare = await bareCopy(from);
    for (const [args, text] of [
      [[from.root, 'nothing'], "There is no 'nothing' at commit"],
      [[from.root, '../x'], 'is no path in a repository'],
      [[from.root, 'data/raw', '--rev', 'v9'], 'knows no revision "v9"'],
      [[from.root, 'data/raw', '--rev', '--upload-pack=x'], 'knows no revision'],
      [[join(from.root, 'nowhere'), 'data/raw'], 'There is no repository at'],
      [[bare, 'data/raw'], "Not all of 'data/raw'"],
      [['ext::sh -c touch% pwned', 'data/raw'], 'must not start a program'],
      [['https://me:word@example.org/x.git', 'data/raw'], 'must hold no password'],
    ] as const) {
      const result = await project.mlo(['import', ...args]);
      expect({ args, failed: result.code > 0, text: result.stderr }).toEqual({
        args,
        failed: true,
        text: expect.stringContaining(text) as string,
      });
    }
    const option = await project.start(['import', '--', '--upload-pack=touch pwned', 'data/raw']).ended;
    expect(option.stderr).toContain("must not begin with '-'");
    expect(readdirSync(project.root).sort()).toEqual(['.git', '.mlo']);
  });

  it('refuses data that brings a repository along', async () => {
    const from = await registry();
    await from.write({ 'data/evil/sub/a.txt': 'a\n', 'data/evil/sub/.git/config': '[core]\n\tfsmonitor = touch pwned\n' });
    await succeeds(from, ['add', 'data/evil']);
    await commit(from, 'evil');
    const project = await consumer();
    for (const [verb, path] of [
      ['import', 'data/evil'],
      ['import', 'data'],
      ['get', 'data/evil'],
    ] as const) {
      const result = await project.mlo([verb, from.root, path]);
      expect(result.code).toBe(2);
      expect(result.stderr).toContain("sub/.git'");
    }
    expect(readdirSync(project.root).sort()).toEqual(['.git', '.mlo']);
  });

  it('runs no command that a repository brings along', async () => {
    const from = await registry();
    const bare = await bareCopy(from);
    const sign = join(project0(from), 'pwned');
    mkdirSync(join(bare, 'hooks'), { recursive: true });
    for (const hook of ['post-checkout', 'post-upload-pack', 'pre-receive', 'reference-transaction'])
      writeFileSync(join(bare, 'hooks', hook), `#!/bin/sh\ntouch ${sign}\n`, { mode: 0o755 });
    await from.run('git', ['--git-dir', bare, 'config', 'core.fsmonitor', `touch ${sign}`]);
    await from.run('git', ['--git-dir', bare, 'config', 'uploadpack.packObjectsHook', `touch ${sign}`]);
    const project = await consumer();
    await succeeds(project, ['import', bare, 'docs/readme.txt']);
    expect(await project.read('readme.txt')).toBe('read me\n');
    expect(existsSync(sign)).toBe(false);
  });
});

function project0(project: TestProject): string {
  return project.home;
}

describe('imports and remotes', () => {
  it('pull takes an import that no remote has from its source, verified, and says where the source holds other bytes now', async () => {
    const from = await registry();
    const project = await consumer();
    const disk = join(project.home, 'disk.txt');
    writeFileSync(disk, 'on a disk\n');
    await succeeds(project, ['import', from.root, 'data/raw']);
    await succeeds(project, ['import-url', disk]);
    await commit(project, 'imports');
    await project.remove('.mlo/cache', 'raw', 'disk.txt');
    // There is no remote at all.
    const pulled = await succeeds(project, ['pull']);
    expect(pulled.fetch).toMatchObject({ files: 3, missing: [] });
    expect(await project.read('raw/a.txt')).toBe('a2\n');
    expect(await project.read('disk.txt')).toBe('on a disk\n');

    await project.remove('.mlo/cache', 'raw', 'disk.txt');
    writeFileSync(disk, 'other bytes\n');
    const refused = await project.mlo(['pull']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('holds other bytes now');
    expect(project.exists('disk.txt')).toBe(false);
  });

  it('pushes imports like other data, so that a clone needs no source', async () => {
    const from = await registry();
    const project = await consumer();
    const folder = join(await temporaryFolder(), 'remote');
    await succeeds(project, ['remote', 'add', 'origin', folder]);
    await succeeds(project, ['import', from.root, 'data/raw']);
    await succeeds(project, ['push']);
    await from.remove('.git');
    await project.remove('.mlo/cache', 'raw');
    await succeeds(project, ['pull']);
    expect(await project.read('raw/a.txt')).toBe('a2\n');
  });
});

describe('mlo get', () => {
  it('brings a path of another project, a file of Git or a URL to where no project is, and leaves nothing else', async () => {
    const from = await registry();
    const somewhere = await createProjectHere();
    await succeeds(somewhere, ['get', from.root, 'data/raw', '--rev', 'v1', '-o', 'raw1']);
    expect(await somewhere.read('raw1/a.txt')).toBe('a1\n');
    await succeeds(somewhere, ['get', from.root, 'data/raw/sub/b.txt']);
    await succeeds(somewhere, ['get', from.root, 'docs/run.sh']);
    await succeeds(somewhere, ['get', join(from.root, 'data', 'raw')]);
    expect(await somewhere.read('raw/a.txt')).toBe('a2\n');
    expect(readdirSync(somewhere.root).sort()).toEqual(['b.txt', 'raw', 'raw1', 'run.sh']);
    await somewhere.write({ 'raw/own.txt': 'own\n' });
    const refused = await somewhere.start(['get', from.root, 'data/raw']).ended;
    expect(refused.code).toBe(2);
    expect(await somewhere.read('raw/own.txt')).toBe('own\n');
    await succeeds(somewhere, ['get', from.root, 'data/raw', '-o', './', '--force']);
    expect(somewhere.exists('raw/own.txt')).toBe(false);
    const missing = await somewhere.mlo(['get', from.root, 'nothing']);
    expect(missing.code).toBe(2);
    expect(readdirSync(somewhere.root).sort()).toEqual(['b.txt', 'raw', 'raw1', 'run.sh']);
    writeFileSync(somewhere.path('raw', 'writable'), '');
    chmodSync(somewhere.path('raw', 'a.txt'), 0o600);
  });
});
