import { readdirSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

const FILES = { '.mlo/config.yaml': '', 'd/1': 'one', 'd/2': 'two', 'd/3': 'three', 'd/run': 'x', 'd/s/4': 'four', 'd/same/5': 'five' };

async function changed(): Promise<TestProject> {
  const project = await createProjectHere(FILES);
  await project.mlo(['add', 'd']);
  await project.write({ 'd/2': 'other', 'd/new': 'new' });
  await project.run('sh', ['-c', 'rm d/1 && mv d/3 d/s/moved && chmod +x d/run']);
  return project;
}

async function dataOf(project: TestProject, ...args: string[]): Promise<{ path: string; state: string; [more: string]: unknown }[]> {
  return (await project.mlo(['status', '--json', ...args])).json().data.data;
}

describe('status of tracked data', () => {
  test('counts what happened to the files of a folder', async () => {
    const project = await changed();
    const [data] = await dataOf(project);
    expect(data).toEqual({
      path: 'd',
      state: 'modified',
      counts: { modified: 1, added: 1, deleted: 1, renamed: 1, mode: 1, type: 0 },
    });
    expect((await project.mlo(['status'])).stdout).toBe(
      '1 of 1 tracked path changed:\n  d  modified: 1 modified, 1 added, 1 deleted, 1 renamed, 1 mode changed\n',
    );
  });

  test('--granular names every file, with sizes', async () => {
    const project = await changed();
    const [data] = await dataOf(project, '--granular');
    const changes = (data?.['changes'] ?? []) as { kind: string; path: string; from?: string }[];
    const said = changes.map(({ kind, path, from }) => [kind, path, from]);
    expect(said).toEqual([
      ['deleted', 'd/1', undefined],
      ['modified', 'd/2', undefined],
      ['added', 'd/new', undefined],
      ['mode', 'd/run', undefined],
      ['renamed', 'd/s/moved', 'd/3'],
    ]);
    const { stdout } = await project.mlo(['status', '--granular', 'd']);
    expect(stdout).toContain('modified      d/2 (3 B → 5 B)');
    expect(stdout).toContain('renamed       d/3 → d/s/moved (5 B)');
  });

  test('a file in the place of a folder, and a link in the place of a file, are changes of type', async () => {
    const project = await createProjectHere(FILES);
    await project.mlo(['add', 'd']);
    await project.run('sh', ['-c', 'rm -r d/s d/1 && echo file > d/s && ln -s 2 d/1']);
    const [data] = await dataOf(project, '--granular');
    expect(data?.['changes']).toMatchObject([
      { kind: 'type', path: 'd/1', old: { type: 'file' }, new: { type: 'symlink' } },
      { kind: 'type', path: 'd/s', old: { type: 'tree', files: 1 }, new: { type: 'file' } },
    ]);
  });

  test('names with bytes that are not UTF-8 and control characters are shown, not printed', async () => {
    const project = await createProjectHere(FILES);
    await project.mlo(['add', 'd']);
    await project.run('sh', ['-c', 'printf x > "d/$(printf "a\\377b\\033c")"']);
    const { stdout } = await project.mlo(['status', '--granular']);
    expect(stdout).toContain('added  d/a\ufffdb\\x1bc');
  });

  test('targets may name tracked paths, pointers and folders; stages are then not spoken of', async () => {
    const project = await changed();
    await project.write({ other: 'x' });
    await project.mlo(['add', 'other']);
    expect((await dataOf(project, 'd.mlo')).map((each) => each.path)).toEqual(['d']);
    expect((await dataOf(project, '.')).map((each) => each.path)).toEqual(['d', 'other']);
    expect((await project.mlo(['status', 'other'])).stdout).toBe('1 tracked path unchanged\n');
    expect((await project.mlo(['status', 'nowhere'])).code).toBe(2);
  });

  test('a part of a tracked folder can be asked for on its own', async () => {
    const project = await changed();
    expect(await dataOf(project, 'd/s', 'd/2', 'd/same')).toMatchObject([
      { path: 'd/s', state: 'modified', counts: { added: 1, renamed: 0 } },
      { path: 'd/2', state: 'modified' },
      { path: 'd/same', state: 'unchanged' },
    ]);
    expect((await project.mlo(['status', 'd/none'])).stderr).toContain("The tracked folder 'd' holds no 'd/none'");
  });

  test('what the cache does not have is counted, and named with --granular', async () => {
    const project = await createProjectHere({ ...FILES, 'd/big': 'b'.repeat(100_000) });
    await project.mlo(['add', 'd']);
    for (const folder of readdirSync(project.path('.mlo/cache/objects')))
      rmSync(project.path('.mlo/cache/objects', folder), { recursive: true });
    const status = await project.mlo(['status', '--granular', '--check', '--json']);
    expect([status.code, status.json().data.data]).toEqual([
      4,
      [{ path: 'd', state: 'not-cached', notCached: { files: 1, paths: ['d/big'] } }],
    ]);
    expect((await project.mlo(['status'])).stdout).toContain('d  1 file not in the cache');
  });

  test('a folder whose tree is lost is modified, and says that nobody knows how', async () => {
    const project = await changed();
    rmSync(project.path('.mlo/cache'), { recursive: true });
    const [data] = await dataOf(project);
    expect(data).toMatchObject({ path: 'd', state: 'modified', unread: [{ path: 'd', side: 'old' }], notCached: { files: 6 } });
    expect((await project.mlo(['status'])).stdout).toContain('the cache does not have its tree');
  });
});

describe('status of outs', () => {
  test('outs that are not as in the lock are counted with their stage', async () => {
    const project = await createProjectHere({
      'pipeline.yaml':
        'stages:\n  make: {cmd: mkdir o && echo 1 > o/a && echo 2 > o/b, outs: [o]}\n  other: {cmd: echo x > p, outs: [p]}\n',
    });
    await project.mlo(['repro']);
    expect((await project.mlo(['status', '--json'])).json().data).toMatchObject({ upToDate: true, outs: [] });
    await project.write({ 'o/a': 'by hand', 'o/c': 'new' });
    const { outs, upToDate } = (await project.mlo(['status', '--json'])).json().data;
    expect(upToDate).toBe(false);
    expect(outs).toMatchObject([{ path: 'o', stage: 'make', state: 'modified', counts: { modified: 1, added: 1, deleted: 0 } }]);
    expect((await project.mlo(['status'])).stdout).toContain(
      '1 out not as in the lock:\n  o  modified: 1 modified, 1 added (out of make)\n',
    );
  });
});
