import { chmodSync, linkSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createProject, createProjectHere, temporaryFolder } from '../../helpers/index.ts';
import { succeeds } from '../remote/remotes.ts';

it('a path below what is a file now does not keep checkout from bringing the others', async () => {
  const stage = (name: string, out: string) => `  ${name}: { cmd: mkdir -p models && echo ${name} > ${out}, outs: [${out}] }\n`;
  const project = await createProjectHere({
    '.mlo/config.yaml': '',
    'pipeline.yaml': `stages:\n${stage('a', 'models/a')}${stage('b', 'b.txt')}`,
  });
  await succeeds(project, ['repro']);
  rmSync(project.path('models'), { recursive: true });
  rmSync(project.path('b.txt'));
  await project.write({ models: 'a file' });
  const { code, stdout } = await project.mlo(['checkout']);
  expect([code, stdout]).toEqual([3, expect.stringMatching(/✗ models\/a: Cannot make the folder.*\n2 targets/)]);
  expect([await project.read('b.txt'), await project.read('models')]).toEqual(['b\n', 'a file']);
});

it.each(['checkout --force', 'commit', 'remove', 'push', 'status', 'add'])(
  'an empty path of %s, from a variable that is not set, does not stand for everything',
  async (command) => {
    const project = await createProjectHere({ '.mlo/config.yaml': '', x: 'kept' });
    await succeeds(project, ['add', 'x']);
    await project.write({ x: 'mine, in no cache' });
    const { code, stderr } = await project.mlo([...command.split(' '), '']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('is empty')]);
    expect(stderr).toContain('Is a variable of the shell unset?');
    expect(await project.read('x')).toBe('mine, in no cache');
  },
);

it('unprotect leaves the executable bit and the privacy of files as they are', async () => {
  const project = await createProjectHere({ '.mlo/config.yaml': '', 'd/a.sh': '#!/bin/sh\n', 'd/secret': 'x' });
  chmodSync(project.path('d/a.sh'), 0o755);
  chmodSync(project.path('d/secret'), 0o400);
  linkSync(project.path('d/a.sh'), project.path('d/b.sh'));
  linkSync(project.path('d/secret'), project.path('d/too'));
  await succeeds(project, ['add', 'd']);
  await succeeds(project, ['unprotect', 'd']);
  const mode = (path: string) => (statSync(project.path(path)).mode & 0o777).toString(8);
  expect(['d/a.sh', 'd/b.sh', 'd/secret', 'd/too'].map(mode)).toEqual(['755', '755', '600', '400']);
  expect((await succeeds(project, ['status'])).upToDate).toBe(true);
});

it('get leaves no project behind in a cache that others share', async () => {
  const shared = await temporaryFolder();
  const project = await createProject({ '.mlo/config.yaml': '', x: '1' });
  const env = { MLO_CACHE_DIR: shared };
  expect((await project.mlo(['add', 'x'], { env })).code).toBe(0);
  const data = join(await temporaryFolder(), 'data');
  mkdirSync(data);
  const got = await project.mlo(['get', project.path('x'), '-o', 'got'], { env });
  expect([got.code, await project.read('got')]).toEqual([0, '1']);
  expect(readdirSync(join(shared, 'projects'))).toHaveLength(1);
  const freed = await project.mlo(['gc', '--force'], { env });
  expect([freed.code, freed.stderr]).toEqual([0, expect.not.stringContaining('uses this cache')]);
});

it.each([
  ['file/y', 'a file lies where the path needs a folder'],
  ['file/', 'a file lies where the path needs a folder'],
  ['n'.repeat(300), 'a name in it is too long'],
])('get says before it brings anything that nothing can be written to %s', async (out, why) => {
  const project = await createProjectHere({ '.mlo/config.yaml': '', file: '1' });
  const { code, stderr } = await project.mlo(['get', project.path('file'), '-o', out]);
  expect([code, stderr]).toEqual([12, expect.stringMatching(new RegExp(`^error\\[MLO_CACHE_IO\\]: .*${why}`))]);
});

it('import-url of an empty folder says that no file is there', async () => {
  const empty = await temporaryFolder();
  const project = await createProjectHere({ '.mlo/config.yaml': '' });
  const { code, stderr } = await project.mlo(['import-url', empty, 'data']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('There is no file at')]);
});

it('a name in the journal of the cache that leads nowhere is an error, not a search without end', async () => {
  const project = await createProject({ '.mlo/config.yaml': '', x: '1' });
  expect((await project.mlo(['add', 'x'])).code).toBe(0);
  const name = '000001795000000-abcdefabcdef.jnl';
  symlinkSync('nowhere', project.path(`.mlo/cache/journal/${name}`));
  rmSync(project.path('x'));
  const { code, stdout } = await project.mlo(['checkout', 'x']);
  expect([code, stdout]).toEqual([3, expect.stringMatching(`Cannot read the journal .*${name}: it does not exist`)]);
});
