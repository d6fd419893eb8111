import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProjectHere, here, projectAt, type TestProject } from '../../helpers/index.ts';

const PIPELINE = 'stages:\n  a: {cmd: cp in out, deps: [in], outs: [out]}\n';

/** A project with data and a stage, and a worktree of it on a branch of its own. */
async function withWorktree(files: { readonly [path: string]: string } = {}): Promise<{ main: TestProject; tree: TestProject }> {
  const main = await createProjectHere({ '.mlo/config.yaml': '', 'pipeline.yaml': PIPELINE, in: '1', ...files }, { git: true });
  await main.write({ 'data/x': 'one' });
  await main.mlo(['add', 'data']);
  await main.mlo(['repro']);
  await main.git('add', '--all');
  await main.git('commit', '-q', '-m', 'ready');
  await main.git('worktree', 'add', '-q', '-b', 'other', join(main.root, '..', 'tree'));
  return { main, tree: here(projectAt(join(main.root, '..', 'tree'), main.home)) };
}

describe('a Git worktree shares what the main checkout has', () => {
  test('its cache: data and outs are there at once, nothing is stored or run twice', async () => {
    const { main, tree } = await withWorktree();
    expect((await tree.mlo(['checkout'])).code).toBe(0);
    expect([await tree.read('data/x'), await tree.read('out')]).toEqual(['one', '1']);
    expect(existsSync(tree.path('.mlo/cache'))).toBe(false);
    await tree.write({ in: '2', 'data/y': 'new' });
    await tree.mlo(['repro']);
    await tree.mlo(['add', 'data']);
    await tree.git('add', '--all');
    await tree.git('commit', '-q', '-m', 'work');
    await main.git('merge', '-q', 'other');
    expect((await main.mlo(['checkout'])).code).toBe(0);
    expect([await main.read('data/y'), await main.read('out')]).toEqual(['new', '2']);
  });

  test('its runs and logs', async () => {
    const { main, tree } = await withWorktree();
    await tree.write({ in: '2' });
    await tree.mlo(['repro']);
    const runs = (await main.mlo(['runs', 'list', '--json'])).json().data.runs as { name: string }[];
    expect(runs.length).toBe((await tree.mlo(['runs', 'list', '--json'])).json().data.runs.length);
    expect((await main.mlo(['logs', 'a'])).code).toBe((await tree.mlo(['logs', 'a'])).code);
    expect(existsSync(tree.path('.mlo/tracking.db'))).toBe(false);
  });

  test('its local configuration, and a relative cache.dir means the same folder', async () => {
    const main = await createProjectHere({ '.mlo/config.yaml': 'cache.dir: ../shared\n', x: '1' }, { git: true });
    await main.mlo(['config', 'set', '--local', 'core.jobs', '7']);
    await main.git('worktree', 'add', '-q', '-b', 'other', join(main.root, '..', 'deeper', 'tree'));
    const tree = here(projectAt(join(main.root, '..', 'deeper', 'tree'), main.home));
    expect((await tree.mlo(['config', 'get', 'core.jobs'])).stdout).toContain('7');
    await tree.git('rm', '-q', '--cached', 'x');
    await tree.mlo(['add', 'x']);
    expect([existsSync(join(main.root, '..', 'shared')), existsSync(join(main.root, '..', 'deeper', 'shared'))]).toEqual([true, false]);
  });

  test('the cache knows the worktree, so that nobody deletes what only it needs', async () => {
    const { main, tree } = await withWorktree();
    expect(existsSync(main.path('.mlo/cache/projects'))).toBe(false);
    await tree.mlo(['checkout']);
    expect(readdirSync(main.path('.mlo/cache/projects'))).toHaveLength(1);
  });
});

describe('a Git worktree has of its own', () => {
  test('lock and state: both checkouts can be written to at the same time', async () => {
    const { main, tree } = await withWorktree({
      'pipeline.yaml': 'stages:\n  a: {cmd: "cat fifo > out", deps: [in], outs: [out]}\n',
      'fifo.txt': '',
    });
    await main.run('mkfifo', ['fifo']);
    await main.write({ in: '2' });
    const running = main.start(['repro']);
    await running.waitFor('started');
    await tree.write({ 'own/x': 'x' });
    expect((await tree.mlo(['add', 'own'])).code).toBe(0);
    expect((await main.mlo(['add', 'data'])).code).toBe(11);
    await main.run('sh', ['-c', 'echo done > fifo']);
    expect((await running.ended).code).toBe(0);
    expect(existsSync(tree.path('.mlo/state'))).toBe(true);
  });

  test('its root, also where it lies inside the main checkout and .mlo is not in Git', async () => {
    const main = await createProjectHere({ 'pipeline.yaml': PIPELINE, in: '1', '.gitignore': '/.mlo\n/trees\n/out\n' }, { git: true });
    await main.mlo(['repro']);
    await main.git('worktree', 'add', '-q', '-b', 'other', main.path('trees/one'));
    const tree = here(projectAt(main.path('trees/one'), main.home));
    mkdirSync(tree.path('sub'));
    await tree.write({ in: '2' });
    expect((await tree.mlo(['repro'], { cwd: 'sub' })).code).toBe(0);
    expect([await tree.read('out'), await main.read('out')]).toEqual(['2', '1']);
    expect(existsSync(tree.path('.mlo/cache'))).toBe(false);
  });
});

test('install counts for the worktrees too, and the hook brings the data with a new one', async () => {
  const { main, tree } = await withWorktree();
  expect((await tree.mlo(['install', '--hooks'])).code).toBe(0);
  expect((await main.mlo(['install', '--hooks'])).stdout).toContain('set up already');
  await main.git('worktree', 'add', '-q', '-b', 'third', join(main.root, '..', 'third'));
  const third = here(projectAt(join(main.root, '..', 'third'), main.home));
  expect([await third.read('data/x'), await third.read('out')]).toEqual(['one', '1']);
  expect((await third.mlo(['install', '--uninstall'])).code).toBe(0);
  expect((await main.mlo(['install', '--uninstall'])).stdout).toContain('nothing of mlo');
});
