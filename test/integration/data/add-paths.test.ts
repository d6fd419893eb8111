import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createProjectHere, LAUNCHER } from '../../helpers/index.ts';

const EMPTY = { '.mlo/config.yaml': '' };

describe('add takes many paths at once', () => {
  test('patterns in quotes are expanded: within names, over folders, never hidden or ignored names, never pointers', async () => {
    const project = await createProjectHere({
      ...EMPTY,
      '.mloignore': '*.tmp\n',
      'd/a.bin': 'a',
      'd/b.bin': 'b',
      'd/.hidden.bin': 'h',
      'd/c.tmp': 'c',
      'd/deep/er/e.bin': 'e',
    });
    const paths = async (pattern: string): Promise<readonly string[]> =>
      (await project.mlo(['add', pattern, '--json'])).json().data.added.map((each: { path: string }) => each.path);
    expect(await paths('d/*.bin')).toEqual(['d/a.bin', 'd/b.bin']);
    expect(await paths('d/?.*')).toEqual(['d/a.bin', 'd/b.bin']);
    expect(await paths('**/*.bin')).toEqual(['d/a.bin', 'd/b.bin', 'd/deep/er/e.bin']);
    const nothing = await project.mlo(['add', 'd/*.png']);
    expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining("Nothing matches 'd/*.png'")]);
  });

  test('a pattern that a shell expanded may name the pointers of the first time', async () => {
    const project = await createProjectHere({ ...EMPTY, 'd/a': 'a', 'd/b': 'b' });
    await project.mlo(['add', 'd/a', 'd/b']);
    const again = await project.mlo(['add', 'd/a', 'd/a.mlo', 'd/b', 'd/b.mlo']);
    expect([again.code, again.stdout.match(/unchanged/g)?.length]).toEqual([0, 2]);
  });

  test('a name that looks like a pattern is a name where it exists', async () => {
    const project = await createProjectHere({ ...EMPTY, 'a[1].bin': 'x', 'a1.bin': 'y' });
    expect((await project.mlo(['add', 'a[1].bin', '--json'])).json().data.added).toMatchObject([{ path: 'a[1].bin' }]);
    expect(await project.read('.gitignore')).toBe('/a\\[1\\].bin\n');
  });

  test('a list on stdin or in a file, with NUL bytes or line ends, is taken literally', async () => {
    const project = await createProjectHere({ ...EMPTY, 'a b': '1', 'c\nd': '2', '*': '3', list: 'a b\n*\n' });
    expect((await project.mlo(['add', '--from', '-'], { input: 'a b\0c\nd\0*\0' })).code).toBe(0);
    expect([project.exists('a b.mlo'), project.exists('c\nd.mlo'), project.exists('*.mlo')]).toEqual([true, true, true]);
    expect((await project.mlo(['add', '--from', 'list'])).stdout.match(/unchanged/g)).toHaveLength(2);
    const empty = await project.mlo(['add', '--from', '-'], { input: '' });
    expect([empty.code, empty.stdout]).toEqual([0, 'Nothing to add: the list is empty.\n']);
    expect((await project.mlo(['add'])).code).toBe(2);
    expect((await project.mlo(['add', '--from', 'nope'])).stderr).toContain('cannot read that list');
  });

  test('a thousand paths are one command: each .gitignore is complete, the output short', async () => {
    const project = await createProjectHere(EMPTY);
    for (const folder of ['f', 'g']) {
      mkdirSync(project.path(folder));
      for (let index = 0; index < 500; index += 1) writeFileSync(project.path(folder, `p${index}`), `${folder} ${index}`);
    }
    const added = await project.mlo(['add', '?/p*']);
    expect([added.code, added.stdout.split('\n').length < 30, added.stdout]).toEqual([
      0,
      true,
      expect.stringContaining('1,000 paths added'),
    ]);
    expect((await project.read('f/.gitignore')).split('\n').length).toBe(501);
    expect(added.stderr).toContain("git add '*.mlo' '*.gitignore'");
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
  });

  test('everything that speaks against them is told at once, and nothing is added', async () => {
    const project = await createProjectHere({ ...EMPTY, '.mloignore': 'no*\n', good: 'x', node: 'n' }, { git: true });
    const { code, stderr } = await project.mlo(['add', 'good', 'node', 'missing', '.git', 'a.mlo']);
    expect(code).toBe(2);
    expect(stderr).toContain('5 of 5 paths cannot be added; nothing was added');
    expect(stderr).toContain("git rm -r --cached 'good' && mlo add good");
    expect(stderr).toContain("'node' is ignored by .mloignore:1: no*");
    expect(stderr).toContain("'missing' does not exist");
    expect(project.exists('good.mlo')).toBe(false);
  });

  test('a folder with an out in it is refused with both ways out', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  s: {cmd: cp in data/made, deps: [in], outs: [data/made]}\n',
      in: '1',
      'data/mine': '1',
    });
    const refused = await project.mlo(['add', 'data']);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/In 'data' lies out 'data\/made' of stage 's'[^]*mlo add 'data\/…'.*pipeline\.yaml/),
    ]);
    expect((await project.mlo(['add', 'data/mine'])).code).toBe(0);
  });

  test('a path inside another one goes with it', async () => {
    const project = await createProjectHere({ ...EMPTY, 'd/a': 'a' });
    expect((await project.mlo(['add', 'd/a', 'd', './d/', '--json'])).json().data.added).toMatchObject([{ path: 'd' }]);
  });
});

describe('names that no pointer can have', () => {
  test('255 bytes are too long for a pointer, 251 are not', async () => {
    const project = await createProjectHere({ ...EMPTY, ['x'.repeat(255)]: 'long', ['y'.repeat(251)]: 'fits' });
    const { code, stderr } = await project.mlo(['add', 'x'.repeat(255)]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('has 255 bytes')]);
    expect((await project.mlo(['add', 'y'.repeat(251)])).code).toBe(0);
  });

  test('a name that is not UTF-8 is refused, and kept inside a folder', async () => {
    const project = await createProjectHere(EMPTY);
    mkdirSync(project.path('d'));
    writeFileSync(Buffer.concat([Buffer.from(project.path('d/')), Buffer.from([0x66, 0xff])]), 'bytes');
    const typed = await project.run('sh', ['-c', `cd d && "${process.execPath}" "$0" add "$(printf 'f\\377')"`, LAUNCHER]);
    expect([typed.code, typed.stderr]).toEqual([2, expect.stringContaining('is not UTF-8')]);
    const listed = await project.run('sh', ['-c', `printf 'd/f\\377\\0' | "${process.execPath}" "$0" add --from -`, LAUNCHER]);
    expect([listed.code, listed.stderr]).toEqual([2, expect.stringContaining('not UTF-8')]);
    expect((await project.mlo(['add', 'd', '--json'])).json().data.added).toMatchObject([{ files: 1 }]);
  });
});

describe('a path inside an added folder updates the pointer of the folder', () => {
  test('changed, new and deleted ones; the result is that of adding the whole folder', async () => {
    const project = await createProjectHere({ ...EMPTY, 'data/a/x': '1', 'data/a/y': '2', 'data/b': '3' });
    await project.mlo(['add', 'data']);
    await project.write({ 'data/a/x': 'changed', 'data/n/new': 'new' });
    await project.remove('data/a/y');
    const parts = (await project.mlo(['add', 'data/a/x', 'data/n', 'data/a/y', 'data/b', '--json'])).json().data.added;
    expect(parts).toMatchObject([
      {
        path: 'data',
        pointer: 'data.mlo',
        changed: true,
        files: 3,
        parts: [
          { path: 'data/a/x', change: 'modified' },
          { path: 'data/n', change: 'added' },
          { path: 'data/a/y', change: 'removed' },
          { path: 'data/b', change: 'unchanged' },
        ],
      },
    ]);
    expect((await project.mlo(['add', 'data'])).stdout).toContain('data unchanged');
    expect(project.exists('data/a/x.mlo')).toBe(false);
    expect(await project.read('.gitignore')).toBe('/data\n');
    await project.remove('data');
    expect((await project.mlo(['checkout'])).code).toBe(0);
    expect(await project.read('data/n/new')).toBe('new');
  });

  test('the other files of the folder need not be here', async () => {
    const project = await createProjectHere({ ...EMPTY, 'data/a': '1', 'data/b': '2' });
    await project.mlo(['add', 'data']);
    await project.remove('data');
    await project.write({ 'data/new': 'new' });
    expect((await project.mlo(['add', 'data/new', '--json'])).json().data.added).toMatchObject([{ path: 'data', files: 3 }]);
  });

  test('a path that is nowhere is an error, and the pointer stays', async () => {
    const project = await createProjectHere({ ...EMPTY, 'data/a': '1' });
    await project.mlo(['add', 'data']);
    const pointer = await project.read('data.mlo');
    const { code, stderr } = await project.mlo(['add', 'data/nope']);
    expect([code, stderr]).toEqual([2, expect.stringContaining("neither here nor in 'data'")]);
    await project.remove('data');
    expect((await project.mlo(['add', 'data/a'])).stderr).toContain("'data/a' does not exist");
    expect(await project.read('data.mlo')).toBe(pointer);
  });

  test('without the trees in the cache it says to add the whole folder', async () => {
    const project = await createProjectHere({ ...EMPTY, 'data/a': '1', 'data/b': '2' });
    await project.mlo(['add', 'data', '--no-commit']);
    await project.write({ 'data/a': 'changed' });
    const { code, stderr } = await project.mlo(['add', 'data/a']);
    expect([code, stderr]).toEqual([12, expect.stringContaining('mlo add data')]);
    expect((await project.mlo(['add', 'data'])).code).toBe(0);
  });

  test('--no-commit writes the new pointer and stores nothing', async () => {
    const project = await createProjectHere({ ...EMPTY, 'data/a': '1' });
    await project.mlo(['add', 'data']);
    await project.write({ 'data/a': 'changed' });
    const added = (await project.mlo(['add', 'data/a', '--no-commit', '--json'])).json().data.added;
    expect(JSON.parse(await project.read('data.mlo')).digest).toBe(added[0].digest);
    expect((await project.mlo(['add', 'data', '--json'])).json().data.added).toMatchObject([{ digest: added[0].digest, changed: false }]);
  });

  test('a hidden part of it goes with it', async () => {
    const project = await createProjectHere({ ...EMPTY, 'data/.meta/x': '1', 'data/node_modules/y': '2' });
    await project.mlo(['add', 'data']);
    await project.write({ 'data/.meta/x': 'changed', 'data/node_modules/y': 'changed' });
    expect((await project.mlo(['add', 'data/.meta/x', 'data/node_modules/y'])).code).toBe(0);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
  });

  test('a path behind a symlink is refused', async () => {
    const project = await createProjectHere({ ...EMPTY, 'real/x': '1' });
    await project.run('ln', ['-s', 'real', 'link']);
    expect((await project.mlo(['add', 'link/x'])).stderr).toContain("lies behind the symlink 'link'");
  });
});

describe('places where no command would look for the pointer again', () => {
  const UNSEEN = ['.hid/x', 'd/.hid/deep/x', 'node_modules/p/x', 'data/x'];

  test('add, mv and imports refuse hidden folders, node_modules, and folders that DVC tracks', async () => {
    const there = Object.fromEntries([...UNSEEN, 'x'].map((path) => [path, `precious ${path}`]));
    const project = await createProjectHere({ ...EMPTY, ...there, 'data.dvc': 'outs: []\n' });
    expect((await project.mlo(['add', 'x'])).code).toBe(0);
    for (const path of UNSEEN) {
      for (const args of [
        ['add', path],
        ['mv', 'x', `${path}2`],
        ['import-url', 'file:///dev/null', `${path}2`],
      ]) {
        const { code, stderr } = await project.mlo(args);
        expect([args, code, stderr]).toEqual([args, 2, expect.stringContaining('no pointers or locks are looked for')]);
      }
      expect(project.exists(`${path}.mlo`)).toBe(false);
    }
    expect(await project.read('x')).toBe('precious x');
  });

  test('a hidden folder as a whole is found again; a folder called like a pointer hides nothing', async () => {
    const project = await createProjectHere({ ...EMPTY, '.hid/x': '1', 'data/x': '2', 'data.mlo/other': '3', 'data.dvc/other': '4' });
    expect((await project.mlo(['add', '.hid', 'data/x'])).code).toBe(0);
    await project.remove('.hid');
    await project.remove('data/x');
    expect((await project.mlo(['checkout'])).code).toBe(0);
    expect([await project.read('.hid/x'), await project.read('data/x')]).toEqual(['1', '2']);
  });

  test('a pipeline whose lock would lie there is not taken by --file', async () => {
    const stages = 'stages:\n  s: {cmd: touch out, outs: [out]}\n';
    const project = await createProjectHere({ ...EMPTY, '.mloignore': '/off\n', '.ci/pipeline.yaml': stages, 'off/pipeline.yaml': stages });
    for (const [file, says] of [
      ['.ci/pipeline.yaml', 'no pointers or locks are looked for'],
      ['off/pipeline.yaml', "'off' is ignored by .mloignore:1: /off"],
    ] as const) {
      const { code, stderr } = await project.mlo(['repro', '--file', file]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    }
  });
});
