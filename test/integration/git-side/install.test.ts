import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createProjectHere, here, projectAt, type TestProject } from '../../helpers/index.ts';

const PIPELINE = 'stages:\n  a: {cmd: cp ia oa, deps: [ia], outs: [oa]}\n  b: {cmd: cp ib ob, deps: [ib], outs: [ob]}\n';

/** Two stages and added data, run, installed and committed. */
async function installed(args: readonly string[] = []): Promise<TestProject> {
  const project = await createProjectHere(
    { '.mlo/config.yaml': '', 'pipeline.yaml': PIPELINE, ia: '1', ib: '1', 'data/x': '1' },
    { git: true },
  );
  await project.git('rm', '-r', '-q', '--cached', 'data');
  await project.mlo(['add', 'data']);
  await project.mlo(['repro']);
  const { code } = await project.mlo(['install', ...args]);
  expect(code).toBe(0);
  await commit(project, 'ready');
  return project;
}

async function commit(project: TestProject, message: string): Promise<void> {
  await project.git('add', '--all');
  await project.git('commit', '-q', '-m', message);
}

/** Changes files on a branch of its own, runs, commits, and comes back to main. */
async function onBranch(project: TestProject, name: string, files: { readonly [path: string]: string }): Promise<void> {
  await project.git('checkout', '-q', '-b', name, 'main');
  await project.mlo(['checkout']);
  await project.write(files);
  await project.mlo(['repro']);
  await project.mlo(['commit']);
  await commit(project, name);
  await project.git('checkout', '-q', 'main');
  await project.mlo(['checkout', '--force']);
}

describe('the merge driver', () => {
  test('merges stages that were run on two branches, each with its own; nothing is to be run again', async () => {
    const project = await installed();
    await onBranch(project, 'left', { ia: '2' });
    await onBranch(project, 'right', { ib: '3' });
    await project.git('merge', '-q', '-m', 'l', 'left');
    await project.git('merge', '-q', '-m', 'r', 'right');
    await project.mlo(['checkout']);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
    expect([await project.read('oa'), await project.read('ob')]).toEqual(['2', '3']);
  });

  test('one stage run differently on both is a conflict that names it; keeping one block gives a lock', async () => {
    const project = await installed();
    await onBranch(project, 'left', { ia: '2', ib: '7' });
    await onBranch(project, 'right', { ia: '3' });
    await project.git('merge', '-q', '-m', 'l', 'left');
    const { code, stderr, stdout } = await project.run('git', ['merge', '-m', 'r', 'right']);
    expect([code, stderr + stdout]).toEqual([
      1,
      expect.stringContaining("both sides ran stage 'a' with other inputs or results (pipeline.lock)"),
    ]);
    const text = await project.read('pipeline.lock');
    expect(text.match(/^[<=>]{7}.*$/gm)).toEqual(['<<<<<<< ours', '=======', '>>>>>>> theirs']);
    await project.write({ ia: '2', 'pipeline.lock': text.replace(/^<<<<<<< ours\n/m, '').replace(/^=======\n[^]*?>>>>>>> theirs\n/m, '') });
    await project.mlo(['checkout']);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
    expect([await project.read('oa'), await project.read('ob')]).toEqual(['2', '7']);
  });

  test('data changed on one side is taken; changed on both is a conflict that names it', async () => {
    const project = await installed();
    await onBranch(project, 'left', { 'data/x': 'left' });
    await onBranch(project, 'right', { 'data/x': 'right' });
    await onBranch(project, 'other', { 'data/x': 'left' });
    await project.git('merge', '-q', '-m', 'l', 'left');
    await project.git('merge', '-q', '-m', 'same on both', 'other');
    const { code, stderr } = await project.run('git', ['merge', '-m', 'r', 'right']);
    expect([code, stderr]).toEqual([1, expect.stringContaining("both sides changed the data 'data'")]);
    const broken = await project.mlo(['status', '--check']);
    expect([broken.code, broken.stdout]).toEqual([4, expect.stringContaining('merge conflict markers')]);
    const text = await project.read('data.mlo');
    await project.write({ 'data.mlo': text.replace(/^<<<<<<< ours\n[^]*?=======\n/m, '').replace(/^>>>>>>> theirs\n/m, '') });
    await project.mlo(['checkout']);
    expect(await project.read('data/x')).toBe('right');
  });

  test('what is no lock of ours is merged as text, as without the driver', async () => {
    const project = await installed();
    await project.write({ 'sub dir/pipeline.lock': 'one\ntwo\nthree\nfour\nfive\n' });
    await commit(project, 'foreign');
    await project.git('checkout', '-q', '-b', 'left');
    await project.write({ 'sub dir/pipeline.lock': 'ONE\ntwo\nthree\nfour\nfive\n' });
    await commit(project, 'left');
    await project.git('checkout', '-q', 'main');
    await project.write({ 'sub dir/pipeline.lock': 'one\ntwo\nthree\nfour\nFIVE\n' });
    await commit(project, 'right');
    await project.git('merge', '-q', '-m', 'm', 'left');
    expect(await project.read('sub dir/pipeline.lock')).toBe('ONE\ntwo\nthree\nfour\nFIVE\n');
  });
});

test('the diff driver shows locks and pointers a line a fact', async () => {
  const project = await installed();
  await project.write({ ia: '2', 'data/x': 'more' });
  await project.mlo(['repro']);
  await project.mlo(['add', 'data']);
  const diff = await project.git('diff', '--', 'pipeline.lock', 'data.mlo');
  expect(diff.match(/^[-+][^-+].*$/gm)).toEqual([
    expect.stringMatching(/^-data [0-9a-f]{12}, tree, 1 files, 1 bytes$/),
    expect.stringMatching(/^\+data [0-9a-f]{12}, tree, 1 files, 4 bytes$/),
    expect.stringMatching(/^-a: dep ia [0-9a-f]{12}, 1 bytes$/),
    expect.stringMatching(/^-a: out oa /),
    expect.stringMatching(/^\+a: dep ia /),
    expect.stringMatching(/^\+a: out oa /),
  ]);
});

describe('the hooks', () => {
  test('data and outs follow git checkout; single files do not start it, a branch without the project neither', async () => {
    const project = await installed(['--hooks']);
    await project.git('checkout', '-q', '-b', 'left');
    await project.write({ ia: '2', 'data/x': 'left' });
    await project.mlo(['repro']);
    await project.mlo(['commit']);
    await commit(project, 'left');
    await project.git('checkout', '-q', 'main');
    expect([await project.read('oa'), await project.read('data/x')]).toEqual(['1', '1']);
    await project.remove('oa');
    await project.git('checkout', '--', 'ia');
    expect(project.exists('oa')).toBe(false);
    await project.git('checkout', '-q', 'left');
    expect([await project.read('oa'), await project.read('data/x')]).toEqual(['2', 'left']);
  });

  test('a push is refused where something is out of date, and --no-verify is told', async () => {
    const project = await installed(['--hooks']);
    await project.git('init', '-q', '--bare', '../remote.git');
    await project.git('remote', 'add', 'origin', '../remote.git');
    await project.git('push', '-q', 'origin', 'main');
    await project.write({ ia: 'changed' });
    await commit(project, 'not run');
    const push = await project.run('git', ['push', 'origin', 'main']);
    expect([push.code, push.stderr]).toEqual([1, expect.stringContaining('git push --no-verify')]);
    await project.mlo(['repro']);
    await commit(project, 'run');
    await project.git('push', '-q', 'origin', 'main');
  });

  test('hooks that are there are left as they are, and the line to add is told', async () => {
    const project = await createProjectHere({ '.mlo/config.yaml': '' }, { git: true });
    const own = '#!/bin/sh\necho mine\n';
    mkdirSync(project.path('.git/hooks'), { recursive: true });
    writeFileSync(project.path('.git/hooks/post-checkout'), own);
    const { code, stdout, stderr } = await project.mlo(['install', '--hooks']);
    expect([code, stdout]).toEqual([3, expect.stringContaining('pre-push')]);
    expect(stderr).toContain(`test "$3" != 1 || (cd '.' && mlo checkout)`);
    expect(readFileSync(project.path('.git/hooks/post-checkout'), 'utf8')).toBe(own);
    expect((await project.mlo(['install', '--uninstall'])).code).toBe(0);
    expect(readFileSync(project.path('.git/hooks/post-checkout'), 'utf8')).toBe(own);
    expect(project.exists('.git/hooks/pre-push')).toBe(false);
  });

  test('core.hooksPath is followed inside the repository, and left alone outside of it', async () => {
    const project = await createProjectHere({ '.mlo/config.yaml': '' }, { git: true });
    await project.git('config', 'core.hooksPath', '.hooks');
    expect((await project.mlo(['install', '--hooks'])).code).toBe(0);
    expect([project.exists('.hooks/pre-push'), project.exists('.git/hooks/pre-push')]).toEqual([true, false]);
    await project.mlo(['install', '--uninstall']);
    expect(project.exists('.hooks/pre-push')).toBe(false);
    await project.git('config', 'core.hooksPath', project.home);
    const outside = await project.mlo(['install', '--hooks']);
    expect([outside.code, outside.stderr]).toEqual([3, expect.stringContaining('outside this repository')]);
  });

  test('two projects of one repository share a hook; each takes out its own part', async () => {
    const project = await createProjectHere({ 'one/.mlo/config.yaml': '', "it's/.mlo/config.yaml": '' }, { git: true });
    const two = here(projectAt(project.path("it's"), project.home));
    await projectAt(project.path('one'), project.home).mlo(['install', '--hooks']);
    await two.mlo(['install', '--hooks']);
    const hook = await project.read('.git/hooks/pre-push');
    expect(hook.match(/^# project .*$/gm)).toEqual(['# project "one/"', `# project "it's/"`]);
    expect((await project.run('sh', ['-n', '.git/hooks/pre-push'])).code).toBe(0);
    expect((await project.run('.git/hooks/pre-push', [])).code).toBe(0);
    await two.mlo(['install', '--uninstall']);
    expect((await project.read('.git/hooks/pre-push')).match(/^# project .*$/gm)).toEqual(['# project "one/"']);
  });
});

describe('install', () => {
  test('twice is once; --uninstall leaves the repository as it was', async () => {
    const project = await createProjectHere({ '.mlo/config.yaml': '' }, { git: true });
    await project.git('config', 'merge.other.driver', 'true');
    writeFileSync(project.path('.git/info/attributes'), '*.png binary\n');
    const files = ['.git/config', '.git/info/attributes'];
    const before = files.map((file) => readFileSync(project.path(file), 'utf8'));
    const hooks = await project.run('sh', ['-c', 'ls .git/hooks']);
    await project.mlo(['install', '--hooks']);
    const again = await project.mlo(['install', '--hooks', '--json']);
    expect(again.json().data.changes.map((each: { change: string }) => each.change)).toEqual(Array(6).fill('unchanged'));
    expect((await project.mlo(['install', '--uninstall'])).code).toBe(0);
    expect(files.map((file) => readFileSync(project.path(file), 'utf8'))).toEqual(before);
    expect((await project.run('sh', ['-c', 'ls .git/hooks'])).stdout).toBe(hooks.stdout);
    expect((await project.mlo(['install', '--uninstall'])).stdout).toContain('nothing of mlo');
    expect((await project.git('status', '--short')).replaceAll(/\?\? \.mlo\/\.gitignore\n/g, '')).toBe('');
  });

  test('outside Git it says so', async () => {
    const project = await createProjectHere({ '.mlo/config.yaml': '' });
    expect((await project.mlo(['install'])).stderr).toContain('is in no Git checkout');
  });

  test('a mlo that was moved away is replaced by the one on PATH', async () => {
    const project = await installed();
    const driver = (await project.git('config', 'merge.mlo.driver')).replaceAll(/'[^']*mlo\.js'/g, "'/nowhere/mlo.js'");
    await project.git('config', 'merge.mlo.driver', driver.trim());
    await project.write({ 'bin/mlo': '#!/bin/sh\necho "fallback $1" >&2\nexit 1\n' });
    chmodSync(project.path('bin/mlo'), 0o755);
    await onBranch(project, 'left', { ia: '2' });
    await onBranch(project, 'right', { ib: '3' });
    await project.git('merge', '-q', '-m', 'l', 'left');
    const merge = await project.run('git', ['merge', 'right'], { env: { PATH: `${project.path('bin')}:${project.env['PATH']}` } });
    expect([merge.code, merge.stderr]).toEqual([1, expect.stringContaining('fallback merge-driver')]);
  });
});

test('what others wrote into attributes and hooks stays as it is, also where it is not UTF-8', async () => {
  const project = await createProjectHere({ 'prüfung/.mlo/config.yaml': '' }, { git: true });
  const mine = Buffer.from('# caf\xe9\n*.\xe9 -text\n', 'latin1');
  writeFileSync(project.path('.git/info/attributes'), mine);
  const install = async (flag: string): Promise<number> => (await project.mlo(['-C', 'prüfung', 'install', flag])).code;
  expect(await install('--hooks')).toBe(0);
  const hook = project.path('.git/hooks/post-checkout');
  expect(readFileSync(hook, 'utf8')).toContain('# project "prüfung');
  appendFileSync(hook, mine);
  expect([await install('--hooks'), await install('--uninstall')]).toEqual([0, 0]);
  expect(readFileSync(project.path('.git/info/attributes'))).toEqual(mine);
  expect(readFileSync(hook)).toEqual(Buffer.concat([Buffer.from('#!/bin/sh\n'), mine]));
});
