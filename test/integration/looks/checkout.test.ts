import { lstat, stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';
import { versions } from './versions.ts';

describe('mlo checkout --rev', () => {
  test('brings data and outs of a revision; HEAD, pointers and locks stay, and the command says so', async () => {
    const project = await versions();
    const pointer = await project.read('data.mlo');
    const head = await project.git('rev-parse', 'HEAD');
    const { code, stdout } = await project.mlo(['checkout', '--rev', 'v1']);
    expect([code, await project.read('data/a.txt'), await project.read('o/copy')]).toEqual([0, 'first', '1']);
    expect([await project.read('data.mlo'), await project.git('rev-parse', 'HEAD')]).toEqual([pointer, head]);
    expect(stdout).toContain('2 modified, 0 deleted');
    expect(stdout).toContain('Pointers and locks of the workspace are not those of v1');
    const { data, outs } = (await project.mlo(['status', '--json'])).json().data;
    expect([data, outs]).toMatchObject([[{ path: 'data', state: 'modified' }], [{ path: 'o', state: 'modified' }]]);
    expect((await project.mlo(['checkout'])).code).toBe(0);
    expect(await project.read('data/a.txt')).toBe('second');
  });

  test('targets may be stages, tracked paths, and paths in tracked folders', async () => {
    const project = await versions();
    await project.remove('data', 'o');
    expect((await project.mlo(['checkout', 'make', '--rev', 'v1'])).code).toBe(0);
    expect([await project.read('o/copy'), project.exists('data')]).toEqual(['1', false]);
    expect((await project.mlo(['checkout', 'data/sub', 'data/a.txt', '--rev', 'v1'])).code).toBe(0);
    expect((await project.run('sh', ['-c', 'cd data && find . -type f | sort'])).stdout).toBe('./a.txt\n./sub/run.sh\n');
    expect((await stat(project.path('data/sub/run.sh'))).mode & 0o100).not.toBe(0);
    expect((await project.mlo(['checkout', 'data', 'data/a.txt', '--json'])).json().data.targets).toMatchObject([{ path: 'data' }]);
    expect(await project.read('data/a.txt')).toBe('second');
    const unknown = await project.mlo(['checkout', 'data/none']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("'data' holds no 'data/none'")]);
  });

  test('a target may bring its own revision, as for ls and cat', async () => {
    const project = await versions();
    await project.remove('data', 'o');
    const { code, stdout } = await project.mlo(['checkout', 'make', 'data/a.txt@v1']);
    expect([code, await project.read('o/copy'), await project.read('data/a.txt')]).toEqual([0, '22', 'first']);
    expect(stdout).toContain('are not those of v1');
    expect((await project.mlo(['checkout', 'make@v1', '--force'])).code).toBe(0);
    expect(await project.read('o/copy')).toBe('1');
    const unknown = await project.mlo(['checkout', 'data@v7']);
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("Git knows no revision 'v7'")]);
  });

  test('bytes that exist nowhere else are listed and kept, in a part of a folder too; --force replaces them', async () => {
    const project = await versions();
    await project.write({ 'data/a.txt': 'unsaved', 'data/sub/more': 'unsaved too' });
    const refused = await project.mlo(['checkout', 'data/a.txt', 'data/sub', 'o', '--rev', 'v1', '--json']);
    expect([refused.code, refused.json().data.targets]).toEqual([
      3,
      [
        {
          path: 'data/a.txt',
          change: 'failed',
          code: 'MLO_OUT_UNSAVED',
          unsaved: ['data/a.txt'],
          unsavedCount: 1,
          error: expect.stringContaining('--force'),
        },
        {
          path: 'data/sub',
          change: 'failed',
          code: 'MLO_OUT_UNSAVED',
          unsaved: ['data/sub/more'],
          unsavedCount: 1,
          error: expect.any(String),
        },
        { path: 'o', change: 'modified' },
      ],
    ]);
    expect(await project.read('data/a.txt')).toBe('unsaved');
    expect((await project.mlo(['checkout', 'data', '--rev', 'v1'])).stdout).toContain('\n    data/a.txt\n    data/sub/more\n');
    expect((await project.mlo(['checkout', 'data/a.txt', '--rev', 'v1', '--force'])).code).toBe(0);
    expect([await project.read('data/a.txt'), await project.read('data/sub/more')]).toEqual(['first', 'unsaved too']);
  });
});

describe('mlo checkout --relink', () => {
  async function linked(): Promise<TestProject> {
    const project = await createProjectHere({ '.mlo/config.yaml': '', 'd/a': 'a'.repeat(10), 'd/s/b': 'bb', f: 'file' });
    await project.mlo(['add', 'd', 'f']);
    expect((await stat(project.path('d/a'))).nlink).toBe(1);
    await project.write({ '.mlo/config.yaml': 'cache:\n  link: [hardlink]\n' });
    return project;
  }

  test('places again what is there, by the kind of link that is configured now', async () => {
    const project = await linked();
    expect((await project.mlo(['checkout', '--json'])).json().data.targets).toMatchObject([
      { change: 'unchanged' },
      { change: 'unchanged' },
    ]);
    expect((await stat(project.path('d/a'))).nlink).toBe(1);
    const { code, stdout } = await project.mlo(['checkout', '--relink']);
    expect([code, stdout]).toEqual([0, expect.stringContaining('d relinked')]);
    for (const path of ['d/a', 'd/s/b', 'f']) expect((await stat(project.path(path))).nlink).toBeGreaterThan(1);
    await project.write({ '.mlo/config.yaml': 'cache:\n  link: [copy]\n' });
    await project.mlo(['checkout', '--relink', 'd/s']);
    expect([(await stat(project.path('d/a'))).nlink, (await stat(project.path('d/s/b'))).nlink]).toEqual([2, 1]);
    expect((await project.run('sh', ['-c', 'find . -name ".mlo-tmp-*"'])).stdout).toBe('');
  });

  test('says how many files it would lose, also where they are too many to be named', async () => {
    const names = Array.from({ length: 1_100 }, (_, number) => `d/${number}`);
    const files = (text: string) => Object.fromEntries(names.map((name) => [name, `${text} ${name}`]));
    const project = await createProjectHere({ '.mlo/config.yaml': '', ...files('first') });
    await project.mlo(['add', 'd']);
    await project.write(files('another'));
    const { code, stdout } = await project.mlo(['checkout', 'd']);
    expect([code, stdout]).toEqual([expect.any(Number), expect.stringContaining('    and 1,080 more\n')]);
    expect(code).not.toBe(0);
  });

  test('files that .mloignore names, and unsaved edits, stay what they are', async () => {
    const project = await linked();
    await project.write({ '.mloignore': '*.log\n', 'd/x.log': 'mine' });
    expect((await project.mlo(['checkout', '--relink'])).code).toBe(0);
    expect([await project.read('d/x.log'), (await stat(project.path('d/a'))).nlink]).toEqual(['mine', 2]);
    await project.remove('f');
    await project.write({ f: 'edited' });
    const refused = await project.mlo(['checkout', '--relink', 'f']);
    expect([refused.code, await project.read('f')]).toEqual([3, 'edited']);
  });
});

describe('mlo checkout --digest', () => {
  test('brings back the bytes that a stage replaced, by the command that the stage named', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {cmd: mkdir -p o && cp in o/x, deps: [in], outs: [o]}\n',
      in: '1',
    });
    await project.mlo(['repro']);
    await project.write({ 'o/x': 'by hand', 'o/y/z': 'deep', in: '2' });
    const { stderr } = await project.mlo(['repro']);
    const command = /mlo (checkout --digest [0-9a-f]{64} --to o\.kept)/.exec(stderr)?.[1] ?? stderr;
    expect(await project.mlo(command.split(' '))).toMatchObject({ code: 0 });
    expect([await project.read('o.kept/x'), await project.read('o.kept/y/z'), await project.read('o/x')]).toEqual(['by hand', 'deep', '2']);
  });

  test('brings single files, never over unsaved bytes, and never out of the project', async () => {
    const project = await createProjectHere({ '.mlo/config.yaml': '', f: 'some bytes', other: 'unsaved' });
    await project.mlo(['add', 'f']);
    const { digest } = JSON.parse(await project.read('f.mlo')) as { digest: string };
    expect((await project.mlo(['checkout', '--digest', digest, '--to', 'deep/er/g'])).code).toBe(0);
    expect(await project.read('deep/er/g')).toBe('some bytes');
    expect((await lstat(project.path('deep/er/g'))).isSymbolicLink()).toBe(false);
    expect((await project.mlo(['checkout', '--digest', digest, '--to', 'other'])).stderr).toContain('MLO_OUT_UNSAVED');
    expect(await project.read('other')).toBe('unsaved');
    expect((await project.mlo(['checkout', '--digest', digest, '--to', '../out'])).code).toBe(2);
    expect((await project.mlo(['checkout', '--digest', digest])).stderr).toContain('--to');
    expect((await project.mlo(['checkout', '--digest', 'f'.repeat(64), '--to', 'x'])).stderr).toContain('MLO_OBJECT_MISSING');
  });
});
