import { lstat, readFile, stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createProjectHere } from '../../helpers/index.ts';

const EMPTY = { '.mlo/config.yaml': '' };

describe('mv', () => {
  test('moves data, pointer and .gitignore entry; status has nothing to say', async () => {
    const project = await createProjectHere({ ...EMPTY, 'data/x': '1' });
    await project.mlo(['add', 'data']);
    const { ino } = await stat(project.path('data/x'));
    expect((await project.mlo(['mv', 'data', 'moved/here'])).code).toBe(0);
    expect([project.exists('data'), project.exists('data.mlo'), project.exists('.gitignore')]).toEqual([false, false, false]);
    expect(await project.read('moved/.gitignore')).toBe('/here\n');
    expect((await stat(project.path('moved/here/x'))).ino).toBe(ino);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
  });

  test('a folder that exists, or a slash at the end, takes the data into it', async () => {
    const project = await createProjectHere({ ...EMPTY, one: '1', two: '2', 'dir/other': 'o' });
    await project.mlo(['add', 'one', 'two']);
    expect((await project.mlo(['mv', 'one', 'dir', '--json'])).json().data).toMatchObject({ to: 'dir/one', movedData: true });
    expect((await project.mlo(['mv', 'two.mlo', 'new/', '--json'])).json().data).toMatchObject({ from: 'two', to: 'new/two' });
    expect(await project.read('new/two')).toBe('2');
  });

  test('overwrites nothing: a file, a pointer, tracked data, an out of a stage', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  s: {cmd: touch out, outs: [out]}\n',
      a: '1',
      b: '2',
      'd/x': '3',
      there: 'mine',
    });
    await project.mlo(['add', 'a', 'b', 'd']);
    await project.remove('b');
    for (const [to, says] of [
      ['there', 'is there already'],
      ['b', 'is there already'],
      ['d/inside', "overlaps with 'd'"],
      ['out', "overlaps with out 'out' of stage 's'"],
      ['a', 'where it lies already'],
      ['../away', 'outside the project'],
      ['.mlo/x', 'cannot be tracked'],
      ['pipeline.yaml', 'file of the project'],
    ] as const) {
      const { code, stderr } = await project.mlo(['mv', 'a', to]);
      expect([to, code, stderr]).toEqual([to, 2, expect.stringContaining(says)]);
    }
    expect((await project.mlo(['mv', 'd', 'd/into'])).stderr).toContain('cannot be moved into itself');
    expect([await project.read('a'), await project.read('there')]).toEqual(['1', 'mine']);
  });

  test('says what to do for outs, parts of folders and untracked files, and which stages read the old path', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  s: {cmd: cp data/x out, deps: [data/x], outs: [out]}\n',
      'data/x': '1',
      plain: 'p',
    });
    await project.mlo(['add', 'data']);
    expect((await project.mlo(['mv', 'out', 'out2'])).stderr).toContain("kept by stage 's'");
    expect((await project.mlo(['mv', 'data/x', 'data/y'])).stderr).toContain('mlo add data');
    expect((await project.mlo(['mv', 'plain', 'p2'])).stderr).toContain("'plain' is not tracked");
    const moved = await project.mlo(['mv', 'data', 'raw']);
    expect(moved.stdout).toContain("stage 's' reads 'data'");
  });

  test('finishes what a killed one began, at each point', async () => {
    for (const left of ['pointer', 'data'] as const) {
      const project = await createProjectHere({ ...EMPTY, 'data/x': '1' });
      await project.mlo(['add', 'data']);
      await project.write({ 'to.mlo': await project.read('data.mlo') });
      if (left === 'data') await project.run('mv', ['data', 'to']);
      expect((await project.mlo(['mv', 'data', 'to'])).code).toBe(0);
      expect([await project.read('to/x'), project.exists('data.mlo')]).toEqual(['1', false]);
      expect((await project.mlo(['status', '--check'])).code).toBe(0);
    }
  });

  test('data that is not in the workspace moves with its pointer', async () => {
    const project = await createProjectHere({ ...EMPTY, a: '1' });
    await project.mlo(['add', 'a']);
    await project.remove('a');
    expect((await project.mlo(['mv', 'a', 'b'])).stdout).toContain('the pointer only');
    await project.mlo(['checkout']);
    expect(await project.read('b')).toBe('1');
  });
});

describe('remove', () => {
  test('takes pointer and .gitignore entry, and keeps the data', async () => {
    const project = await createProjectHere({ ...EMPTY, a: '1', b: '2' });
    await project.mlo(['add', 'a', 'b']);
    const removed = await project.mlo(['remove', 'a.mlo']);
    expect([removed.code, removed.stdout]).toEqual([0, expect.stringContaining('the data stays')]);
    expect([project.exists('a.mlo'), await project.read('a'), await project.read('.gitignore')]).toEqual([false, '1', '/b\n']);
    await project.mlo(['remove', 'b', '--outs']);
    expect([project.exists('b'), project.exists('.gitignore')]).toEqual([false, false]);
  });

  test('--data deletes only what the cache has, ignored files counted; --force the rest', async () => {
    const project = await createProjectHere({ ...EMPTY, '.mloignore': '*.tmp\n', 'd/x': '1', 'd/y.tmp': 'never stored' });
    await project.mlo(['add', 'd']);
    const refused = await project.mlo(['remove', 'd', '--data']);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("Bytes in 'd' are not in the cache")]);
    expect([project.exists('d.mlo'), project.exists('d/y.tmp')]).toEqual([true, true]);
    expect((await project.mlo(['remove', 'd', '--data', '--force'])).code).toBe(0);
    expect([project.exists('d.mlo'), project.exists('d')]).toEqual([false, false]);
  });

  test('says what to do for stages, parts of folders and untracked paths; all or nothing', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': 'stages:\n  s: {cmd: touch out, outs: [out]}\n', 'd/x': '1' });
    await project.mlo(['add', 'd']);
    expect((await project.mlo(['remove', 's'])).stderr).toContain("is of stage 's'");
    expect((await project.mlo(['remove', 'out'])).stderr).toContain("is of stage 's'");
    expect((await project.mlo(['remove', 'd/x'])).stderr).toContain('mlo add d/x');
    expect((await project.mlo(['remove', 'd', 'nope'])).code).toBe(2);
    expect(project.exists('d.mlo')).toBe(true);
  });
});

describe('unprotect', () => {
  test.each(['hardlink', 'symlink'])('case 62: a %s to the cache becomes a writable copy, the cache stays as it is', async (link) => {
    const project = await createProjectHere({ '.mlo/config.yaml': `cache.link: ${link}\n`, 'd/a': 'one', 'd/sub/b': 'two', c: 'three' });
    await project.mlo(['add', 'd', 'c']);
    const isLink = async (path: string): Promise<boolean> => {
      const found = await lstat(project.path(path));
      return found.isSymbolicLink() || found.nlink > 1;
    };
    expect([await isLink('d/a'), await isLink('d/sub/b'), await isLink('c')]).toEqual([true, true, true]);
    const done = (await project.mlo(['unprotect', 'd', '--json'])).json().data.unprotected;
    expect(done).toEqual([{ path: 'd', files: 2, bytes: 6 }]);
    expect([await isLink('d/a'), await isLink('d/sub/b'), await isLink('c')]).toEqual([false, false, true]);
    await project.write({ 'd/a': 'edited' });
    await project.mlo(['checkout', '--force']);
    expect(await readFile(project.path('d/a'), 'utf8')).toBe('one');
    expect((await project.mlo(['unprotect', '.', '--json'])).json().data.unprotected.map((each: { path: string }) => each.path)).toEqual([
      'c',
      'd',
    ]);
  });

  test('refuses what is not tracked, the cache above all', async () => {
    const project = await createProjectHere({ ...EMPTY, plain: 'p', a: '1' });
    await project.mlo(['add', 'a']);
    for (const path of ['plain', '.mlo', '.mlo/cache'])
      expect((await project.mlo(['unprotect', path])).stderr).toContain('is not tracked by mlo');
    expect((await project.mlo(['unprotect', 'a'])).stdout).toContain('holds no links');
  });
});

describe('check-ignore', () => {
  test('case 61: names file, line and pattern; nested files and negation count as in Git', async () => {
    const project = await createProjectHere({
      ...EMPTY,
      '.mloignore': '# comment\n*.log\n\n/build/\n',
      'd/.mloignore': '!keep.log\n',
      'build/x': '1',
    });
    const details = await project.mlo(['check-ignore', '-d', 'a.log', 'd/keep.log', 'build/x', 'fine']);
    expect(details.code).toBe(0);
    expect(details.stdout).toBe('.mloignore:2:*.log\ta.log\nd/.mloignore:1:!keep.log\td/keep.log\n.mloignore:4:/build/\tbuild/x\n');
    expect((await project.mlo(['check-ignore', 'a.log', 'd/keep.log'])).stdout).toBe('a.log\n');
    expect((await project.mlo(['check-ignore', '-a', 'd/keep.log'])).stdout).toBe(
      '.mloignore:2:*.log\td/keep.log\nd/.mloignore:1:!keep.log\td/keep.log\n',
    );
  });

  test('exits as git check-ignore does, and agrees with it', async () => {
    const rules = 'a*\n!ab\nfolder/\n/top\n**/deep/*.x\n\\#odd\n';
    const project = await createProjectHere({ ...EMPTY, '.mloignore': rules, '.gitignore': rules }, { git: true });
    const paths = [
      'a',
      'ab',
      'abc',
      'folder/',
      'folder/x',
      'q/folder/y',
      'top',
      'q/top',
      'deep/1.x',
      'q/deep/1.x',
      'q/deep/r/1.x',
      '#odd',
      'z',
    ];
    for (const path of paths) {
      const git = await project.run('git', ['check-ignore', '--no-index', path]);
      expect([path, (await project.mlo(['check-ignore', path])).code]).toEqual([path, git.code]);
    }
  });
});
