import { readdirSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

const PIPELINE = 'stages:\n  make: {cmd: mkdir -p o && cp in o/copy && echo same > o/same, deps: [in], outs: [o]}\n';

/** v1: a folder, a file and an out; v2: a file of the folder and the out changed. */
async function twoVersions(): Promise<TestProject> {
  const project = await createProjectHere({
    'pipeline.yaml': PIPELINE,
    in: '1',
    'd/a': 'aaa',
    'd/b': 'bb',
    'd/sub/c': 'cccc',
    'd/same/e': 'e',
    f: 'file',
  });
  await project.git('init', '--quiet', '--initial-branch=main');
  await project.mlo(['add', 'd', 'f']);
  await save(project, 'v1');
  await project.write({ in: '22', 'd/a': 'changed' });
  await project.run('sh', ['-c', 'mv d/sub d/moved && rm d/b']);
  await project.mlo(['add', 'd']);
  await save(project, 'v2');
  return project;
}

async function save(project: TestProject, tag: string): Promise<void> {
  expect((await project.mlo(['repro'])).code).toBe(0);
  await project.git('add', '--all');
  await project.git('commit', '--quiet', '--message', tag);
  await project.git('tag', tag);
}

async function changesOf(project: TestProject, ...args: string[]): Promise<readonly string[]> {
  const { changes } = (await project.mlo(['diff', ...args, '--json'])).json().data as {
    changes: { kind: string; path: string; from?: string }[];
  };
  return changes.map(({ kind, path, from }) => `${kind} ${from === undefined ? '' : `${from} -> `}${path}`);
}

describe('mlo diff', () => {
  test('between two tags: added, deleted, modified and renamed, of data and outs, with sizes', async () => {
    const project = await twoVersions();
    expect(await changesOf(project, 'v1', 'v2')).toEqual(
      ['modified d/a', 'deleted d/b', 'renamed d/sub -> d/moved', 'modified o/copy'].sort(byPath),
    );
    expect(await changesOf(project, 'v2', 'v1')).toEqual(
      ['modified d/a', 'added d/b', 'renamed d/moved -> d/sub', 'modified o/copy'].sort(byPath),
    );
    const { stdout, code } = await project.mlo(['diff', 'v1', 'v2']);
    expect([code, stdout]).toEqual([
      0,
      `modified  d/a (3 B → 7 B)
deleted   d/b (2 B)
renamed   d/sub/ → d/moved/ (1 file, 4 B)
modified  o/copy (1 B → 2 B)
v1 → v2: 2 modified, 1 deleted, 1 renamed; +3 B
`,
    ]);
  });

  test('with one revision it is that and the workspace, without any HEAD and the workspace', async () => {
    const project = await twoVersions();
    expect(await changesOf(project)).toEqual([]);
    expect((await project.mlo(['diff'])).stdout).toBe('No data differs between HEAD and workspace.\n');
    await project.write({ 'd/new': 'new', 'o/copy': 'by hand' });
    await project.remove('f');
    expect(await changesOf(project)).toEqual(['added d/new', 'deleted f', 'modified o/copy']);
    expect(await changesOf(project, 'v1')).toContain('renamed d/sub -> d/moved');
  });

  test('--targets limits it, also to a part of a tracked folder', async () => {
    const project = await twoVersions();
    expect(await changesOf(project, 'v1', 'v2', '--targets', 'o')).toEqual(['modified o/copy']);
    expect(await changesOf(project, 'v1', 'v2', '--targets', 'd/a', '--targets', 'd/moved/c')).toEqual([
      'modified d/a',
      'renamed d/sub -> d/moved',
    ]);
    const unknown = await project.mlo(['diff', 'v1', '--targets', 'nope']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("'nope' is nothing that mlo keeps")]);
  });

  test('data that moved to another tracked path is a rename', async () => {
    const project = await twoVersions();
    await project.run('sh', ['-c', 'mv d e && mv d.mlo e.mlo']);
    expect(await changesOf(project, 'v2')).toEqual(['renamed d -> e']);
  });

  test('--md is a table that Markdown cannot misread', async () => {
    const project = await twoVersions();
    await project.write({ 'd/a|b*': 'x' });
    const { stdout } = await project.mlo(['diff', '--md']);
    expect(stdout).toBe('| Change | Path | Size |\n| --- | --- | --- |\n| added | d/a\\|b\\* | 1 B |\n\nHEAD → workspace: 1 added; +1 B\n');
  });

  test('a tree that is not in the cache is named, the rest is compared, exit code 3', async () => {
    const project = await createProjectHere({ '.mlo/config.yaml': '', 'd/a': '1', 'e/a': '1', 'e/b': '2' }, { git: true });
    await project.git('rm', '-r', '-q', '--cached', 'd', 'e');
    await project.mlo(['add', 'd']);
    for (const name of readdirSync(project.path('.mlo/cache'))) rmSync(project.path('.mlo/cache', name), { recursive: true });
    await project.mlo(['add', 'e']);
    await project.git('add', '--all');
    await project.git('commit', '-q', '-m', 'lost');
    await project.write({ 'd/a': 'x', 'e/a': 'x' });
    const { code, stdout, stderr } = await project.mlo(['diff']);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^modified {2}d\/ \(1 file, 1 B\)\nmodified {2}e\/a \(1 B\)\n/);
    expect(stderr).toContain('what is in d of HEAD is not known');
    expect((await project.mlo(['diff', '--json'])).json()).toMatchObject({
      ok: false,
      error: { code: 'MLO_OBJECT_MISSING' },
      data: { unread: [{ path: 'd', side: 'old' }] },
    });
  });

  test('revisions that Git does not know, and projects without Git, are told', async () => {
    const project = await twoVersions();
    expect((await project.mlo(['diff', 'nope'])).stderr).toContain('Git knows no revision "nope"');
    const plain = await createProjectHere({ '.mlo/config.yaml': '' });
    expect((await plain.mlo(['diff'])).stderr).toContain('no Git repository');
  });
});

function byPath(a: string, b: string): number {
  const pathOf = (text: string): string => text.slice(text.lastIndexOf(' ') + 1);
  return pathOf(a) < pathOf(b) ? -1 : 1;
}
