import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';

const EMPTY = { '.mlo/config.yaml': '' };

async function withTwo(): Promise<TestProject> {
  const project = await createProjectHere({ ...EMPTY, 'img/a': 'a', 'img/b': 'bb', 'other.bin': 'other' });
  await project.git('init', '--quiet', '--initial-branch=main');
  await project.git('commit', '--quiet', '--allow-empty', '--message=start');
  expect((await project.mlo(['add', 'img', 'other.bin'])).code).toBe(0);
  return project;
}

describe('a pointer that names what is not data', () => {
  test.each(['.git.mlo', '.GIT.mlo', '.mlo.mlo', 'sub/.git.mlo', 'sub/.mlo.mlo', '..mlo', '...mlo'])(
    '%s destroys nothing: checkout, also with --force, refuses it and does the rest',
    async (pointerPath) => {
      const project = await withTwo();
      const head = await project.git('rev-parse', 'HEAD');
      await project.write({ [pointerPath]: await project.read('img.mlo') });
      await project.remove('other.bin');
      const result = await project.mlo(['checkout', '--force', '--json']);
      expect(result.code).toBe(3);
      const failed = result.json().data.targets.filter((target: { change: string }) => target.change === 'failed');
      expect(failed).toMatchObject([{ code: 'MLO_PATH_UNSAFE', error: expect.stringContaining(`'${pointerPath}'`) }]);
      expect(await project.read('other.bin')).toBe('other');
      expect(await project.git('rev-parse', 'HEAD')).toBe(head);
      expect([project.exists('.mlo/cache'), project.exists('sub/.git'), project.exists('sub/.mlo')]).toEqual([true, false, false]);
      expect((await project.mlo(['status', '--check'])).code).toBe(4);
      expect((await project.mlo(['gc', '--force'])).code).not.toBe(0);
      expect((await project.mlo(['verify', '--json'])).json().data.files).toMatchObject([{ path: pointerPath }]);
    },
  );

  test('one of a revision is left out', async () => {
    const project = await withTwo();
    await project.write({ '.git.mlo': await project.read('img.mlo') });
    await project.git('add', '--all');
    await project.git('commit', '--quiet', '--message=bad');
    await project.remove('.git.mlo');
    expect((await project.mlo(['checkout', '--force', '--rev', 'HEAD'])).code).toBe(0);
    expect(existsSync(project.path('.git/HEAD'))).toBe(true);
  });

  test('an object goes neither into the folder of Git nor into that of mlo', async () => {
    const project = await withTwo();
    const { digest } = JSON.parse(await project.read('other.bin.mlo')) as { digest: string };
    for (const to of ['.git', '.git/config', '.mlo/cache', 'new/.git/hooks/pre-commit', 'img/.mlo']) {
      const result = await project.mlo(['checkout', '--digest', digest, '--to', to, '--force', '--json']);
      expect([to, result.json().error?.code]).toEqual([to, 'MLO_PATH_UNSAFE']);
    }
    await project.run('ln', ['-s', '.git', 'link']);
    const behind = await project.mlo(['checkout', '--digest', digest, '--to', 'link/config', '--force', '--json']);
    expect(behind.json().error?.code).toBe('MLO_PATH_UNSAFE');
    expect(project.exists('new')).toBe(false);
    expect((await project.git('status', '--short')).length).toBeGreaterThan(0);
  });

  test.each(['.git', '.mlo/cache', 'sub/.git/x'])('an out %s is refused', async (path) => {
    const project = await createProjectHere(
      { ...EMPTY, 'pipeline.yaml': `stages:\n  a:\n    cmd: echo\n    outs: [${path}]\n` },
      { git: true },
    );
    const result = await project.mlo(['repro', '--json']);
    expect([result.code === 0, result.json().error?.code]).toEqual([false, 'MLO_PIPELINE_INVALID']);
    expect(project.exists('.git/HEAD')).toBe(true);
  });
});

describe('a broken pointer', () => {
  test.each([
    ['an empty file', ''],
    ['conflict markers', '<<<<<<< a\n{"hash":"blake3-256"}\n=======\n{}\n>>>>>>> b\n'],
  ])('(%s) is named, keeps nothing else back, and is replaced by adding its data again', async (_, text) => {
    const project = await withTwo();
    const before = await project.read('img.mlo');
    await project.write({ 'img.mlo': text });

    const status = await project.mlo(['status', '--check', '--json']);
    expect(status.code).toBe(4);
    expect(status.json().data.data).toMatchObject([
      { path: 'other.bin', state: 'unchanged' },
      { path: 'img', state: 'broken-pointer', message: expect.stringContaining("'img.mlo'") },
    ]);
    expect((await project.mlo(['status'])).stdout).toContain('broken pointer');
    expect((await project.mlo(['status', '--check', 'other.bin'])).code).toBe(0);
    expect((await project.mlo(['status', '--check', 'img'])).code).toBe(4);

    await project.remove('other.bin');
    const checkout = await project.mlo(['checkout', '--json']);
    expect(checkout.code).toBe(3);
    expect(checkout.json().data.targets).toMatchObject([
      { path: 'img', change: 'failed', code: 'MLO_FORMAT' },
      { path: 'other.bin', change: 'added' },
    ]);
    expect((await project.mlo(['checkout', 'other.bin'])).code).toBe(0);
    expect((await project.mlo(['checkout', 'img'])).code).toBe(3);

    const ls = await project.mlo(['ls', '--tracked']);
    expect([ls.code, ls.stdout, ls.stderr]).toEqual([0, expect.stringContaining('other.bin'), expect.stringContaining('img.mlo')]);
    expect((await project.mlo(['gc', '--force'])).code).not.toBe(0);
    expect((await project.mlo(['commit', 'other.bin'])).code).toBe(0);
    expect((await project.mlo(['commit'])).code).not.toBe(0);
    expect((await project.mlo(['add', 'img/a'])).code).not.toBe(0);
    expect((await project.mlo(['add', 'other.bin'])).code).toBe(0);

    expect((await project.mlo(['add', 'img'])).code).toBe(0);
    expect(await project.read('img.mlo')).toBe(before);
    expect((await project.mlo(['gc', '--force'])).code).toBe(0);
  });

  test('stops mv and remove where they touch it or would lie around it, and nowhere else', async () => {
    const project = await createProjectHere({ ...EMPTY, 'img/a': 'a', 'other.bin': 'other', third: '3', 'dir/one': '1' });
    await project.mlo(['add', 'img', 'other.bin', 'third', 'dir/one']);
    await project.write({ 'img.mlo': '<<<<<<< a\n{"hash":"blake3-256"}\n=======\n{}\n>>>>>>> b\n', 'dir/one.mlo': '' });
    for (const args of [
      ['remove', 'img'],
      ['remove', 'img/a'],
      ['remove', 'third', 'img.mlo'],
      ['mv', 'img', 'pictures'],
      ['mv', 'other.bin', 'img/'],
      ['mv', 'other.bin', 'img/b'],
    ]) {
      const { code, stderr } = await project.mlo(args);
      expect([args, code, stderr]).toEqual([args, 12, expect.stringContaining("'img.mlo'")]);
    }
    expect([project.exists('third.mlo'), await project.read('other.bin')]).toEqual([true, 'other']);
    const moved = await project.mlo(['mv', 'other.bin', 'dir']);
    expect([moved.code, moved.stderr]).toEqual([0, expect.stringMatching(/warning: .*'dir\/one.mlo'[^]*warning: .*'img.mlo'/)]);
    expect(await project.read('dir/other.bin')).toBe('other');
    const removed = await project.mlo(['remove', 'third', '--data']);
    expect([removed.code, removed.stderr]).toEqual([0, expect.stringContaining("'img.mlo'")]);
    expect([project.exists('third'), project.exists('img.mlo')]).toEqual([false, true]);
  });

  test('of a newer mlo is not replaced', async () => {
    const project = await withTwo();
    const newer = (await project.read('img.mlo')).replace('"schema": 1', '"schema": 2');
    await project.write({ 'img.mlo': newer });
    expect((await project.mlo(['add', 'img', '--json'])).json().error.code).toBe('MLO_FORMAT_VERSION');
    expect(await project.read('img.mlo')).toBe(newer);
  });
});

describe('data with the name of a pointer', () => {
  test('goes with the folder that is added, and comes back with it', async () => {
    const project = await createProjectHere({ ...EMPTY, 'd/x.mlo': 'hello\n', 'd/x': 'beside', 'd/y.mlo': '' });
    const added = await project.mlo(['add', 'd']);
    expect([added.code, added.stderr]).toEqual([0, expect.not.stringContaining('no pointer')]);
    await project.remove('d');
    expect((await project.mlo(['checkout'])).code).toBe(0);
    expect([await project.read('d/x.mlo'), project.exists('d/y.mlo')]).toEqual(['hello\n', true]);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
  });

  test('that nobody has added is warned of, and only gc stops', async () => {
    const project = await createProjectHere({ ...EMPTY, 'd/x.mlo': 'hello\n', 'a.bin': 'a' });
    expect((await project.mlo(['add', 'a.bin'])).code).toBe(0);
    for (const command of ['status', 'ls', 'checkout', 'commit']) {
      const result = await project.mlo([command]);
      expect([command, result.code, result.stderr]).toEqual([command, 0, expect.stringContaining("'d/x.mlo' is no pointer")]);
    }
    expect((await project.mlo(['gc', '--force'])).code).not.toBe(0);
  });

  test('does not hide a damaged pointer in a folder that is added', async () => {
    const project = await createProjectHere({ ...EMPTY, 'd/x': 'x' });
    await project.mlo(['add', 'd/x']);
    await project.write({ 'd/x.mlo': `${await project.read('d/x.mlo')}}` });
    expect((await project.mlo(['add', 'd', '--json'])).json().error.code).toBe('MLO_FORMAT');
  });
});

describe('a pointer that was edited by hand', () => {
  test.each([
    ['img', /"size": 3/, '"size": 4', '"size" is 4, not the 3'],
    ['img', /"files": 2/, '"files": 7', '"files" is 7, not the 2'],
    ['other.bin', /"size": 5/, '"size": 6', '"size" is 6, not the 5'],
  ])('%s: verify says that %s became %s', async (path, old, now, why) => {
    const project = await withTwo();
    expect((await project.mlo(['verify'])).code).toBe(0);
    const pointer = await project.read(`${path}.mlo`);
    expect(pointer).toMatch(old);
    await project.write({ [`${path}.mlo`]: pointer.replace(old, now) });
    const result = await project.mlo(['verify', '--json']);
    expect(result.code).not.toBe(0);
    expect(result.json().data.files).toMatchObject([{ path: `${path}.mlo`, why: expect.stringContaining(why) }]);
  });
});
