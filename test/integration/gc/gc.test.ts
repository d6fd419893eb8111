import { mkdirSync, readdirSync, renameSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProjectHere, here, projectAt, type TestProject } from '../../helpers/index.ts';

const NO_GRACE = { MLO_GC_GRACE: '0' };
const CONFIG = { '.mlo/config.yaml': '' };

interface Gc {
  readonly code: number;
  readonly data: any;
  readonly error: any;
  readonly stderr: string;
}

async function gc(project: TestProject, flags: readonly string[] = [], env: { readonly [name: string]: string } = NO_GRACE): Promise<Gc> {
  const result = await project.mlo(['gc', '--json', ...flags], { env });
  const { data, error } = result.json();
  return { code: result.code, data, error, stderr: result.stderr };
}

/** Nothing is broken and the workspace has all it needs; what only tags and branches need, gc may have deleted (exit code 3). */
async function expectWorkspaceWhole(project: TestProject, ...flags: readonly string[]): Promise<void> {
  const { code, json } = await project.mlo(['verify', '--json', ...flags]);
  const { data } = json() as any;
  expect(data).toMatchObject({ damages: [], objects: [], files: [] });
  expect(code).toBe(data.history.length === 0 ? 0 : 3);
}

function content(version: number, index: number): string {
  return `version ${version} of file ${index}\n`;
}

/** Three versions of a folder with a large file: `v1` is a tag, `old` a branch, the third is the head of main. */
async function withHistory(files = 40): Promise<TestProject> {
  const project = await createProjectHere(CONFIG);
  await project.git('init', '--quiet', '--initial-branch=main');
  for (const version of [1, 2, 3]) {
    await project.write({
      ...Object.fromEntries(Array.from({ length: files }, (_, index) => [`data/f${index}`, content(version, index)])),
      'data/large.bin': Buffer.alloc(80_000, `large ${version}`),
    });
    expect((await project.mlo(['add', 'data'])).code).toBe(0);
    await project.git('add', '--all');
    await project.git('commit', '--quiet', `--message=version ${version}`);
    if (version === 1) await project.git('tag', '-a', 'v1', '-m', 'one');
    if (version === 2) await project.git('branch', 'old');
  }
  return project;
}

/** The data of that version, from the cache alone. */
async function checkedOut(project: TestProject, revision: string): Promise<{ readonly code: number; readonly text: string }> {
  await project.remove('data');
  const { code } = await project.mlo(['checkout', '--rev', revision, '--force']);
  return { code, text: code === 0 ? await project.read('data/f7') : '' };
}

describe('gc without --force', () => {
  test('says what stays, for whom, what would go, and how to do it, and deletes nothing', async () => {
    const project = await withHistory();
    const before = readdirSync(project.path('.mlo/cache'), { recursive: true }).length;
    const shown = await project.mlo(['gc', '--tags'], { env: NO_GRACE });
    expect(shown.stdout).toMatch(/Would be kept .*\nworkspace +42 .*of 1 lock or pointer\ntags +42 .*of 1\n/);
    expect(shown.stdout).toMatch(/Would be deleted[^]*loose files +1 [^]*Would free/);
    expect(shown.stdout).not.toContain('--all-commits');
    expect((await project.mlo(['gc'], { env: NO_GRACE })).stdout).toContain('--all-commits keep what other commits need');
    expect(shown.stderr).toContain('hint: To delete it: mlo gc --tags --force');
    expect(readdirSync(project.path('.mlo/cache'), { recursive: true })).toHaveLength(before);
    expect((await checkedOut(project, 'HEAD~1')).text).toBe(content(2, 7));
  });

  test('keeps everything that is younger than an hour, unless the configuration says less', async () => {
    const project = await withHistory();
    const { data } = await gc(project, [], {});
    expect(data.gone).toMatchObject({ loose: { objects: 0 }, packed: { objects: 0 }, journal: { objects: 0 } });
    expect(data.young.objects).toBe(84);
    expect((await project.mlo(['config', 'set', 'gc.grace', '0'])).code).toBe(0);
    expect((await gc(project, [], {})).data.gone.loose.objects).toBe(2);
    expect((await project.mlo(['config', 'set', 'gc.grace', 'soon'])).code).toBe(2);
  });

  test('--dry says it aloud, and does not go with --force', async () => {
    const project = await withHistory(3);
    expect((await gc(project, ['--dry'])).data.done).toBe(false);
    expect((await gc(project, ['--dry', '--force'])).code).toBe(2);
  });
});

describe('gc --force', () => {
  test('keeps what the workspace needs, and nothing of older versions', async () => {
    const project = await withHistory();
    const { code, data } = await gc(project, ['--force']);
    expect([code, data.done, data.size.after < data.size.before]).toEqual([0, true, true]);
    await expectWorkspaceWhole(project);
    expect((await checkedOut(project, 'HEAD')).text).toBe(content(3, 7));
    expect((await checkedOut(project, 'v1')).code).not.toBe(0);
    expect((await gc(project, ['--force'])).data.size.before).toBe((await gc(project)).data.size.before);
  });

  test.each([
    [['--tags'], ['v1'], ['old']],
    [['--branches'], ['old'], ['v1']],
    [['--branches', '--tags'], ['v1', 'old'], []],
    [['--commits', '2'], ['old'], ['v1']],
    [['--all-commits'], ['v1', 'old'], []],
  ])('%j keeps %j', async (flags, kept, gone) => {
    const project = await withHistory();
    expect((await gc(project, [...flags, '--force'])).code).toBe(0);
    await expectWorkspaceWhole(project);
    for (const revision of kept) expect((await checkedOut(project, revision)).text).toBe(content(revision === 'v1' ? 1 : 2, 7));
    for (const revision of gone) expect((await checkedOut(project, revision)).code).not.toBe(0);
  });

  test('--all-commits keeps what older stashes need', async () => {
    const project = await withHistory(10);
    for (const version of [4, 5]) {
      await project.write({ 'data/f7': content(version, 7) });
      await project.mlo(['add', 'data']);
      await project.git('stash', '--quiet');
    }
    expect((await gc(project, ['--all-commits', '--force'])).code).toBe(0);
    for (const [revision, version] of [
      ['stash@{1}', 4],
      ['stash@{0}', 5],
    ] as const)
      expect((await checkedOut(project, revision)).text).toBe(content(version, 7));
  });

  test('--tags keeps what a tag on a tag needs, and minds none that is on no commit', async () => {
    const project = await withHistory(10);
    await project.git('tag', '-a', '-m', 'over another', 'second', 'v1');
    await project.git('tag', '-a', '-m', 'over two', 'third', 'second');
    await project.git('tag', '-a', '-m', 'of a file', 'file', 'HEAD:data.mlo');
    await project.git('tag', '-a', '-m', 'over the one of a file', 'over-file', 'file');
    await project.git('tag', '--delete', 'v1', 'second');
    expect((await gc(project, ['--tags', '--force'])).code).toBe(0);
    expect((await checkedOut(project, 'third')).text).toBe(content(1, 7));
  });

  test('a lock with conflict markers in a commit keeps every digest that stands in it', async () => {
    const project = await withHistory();
    const one = await project.git('show', 'v1:data.mlo');
    const two = await project.git('show', 'old:data.mlo');
    await project.git('checkout', '--quiet', '-b', 'conflict');
    await project.write({ 'data.mlo': `<<<<<<< a\n${one}=======\n${two}>>>>>>> b\n` });
    await project.git('commit', '--quiet', '--all', '--message=conflict');
    await project.git('checkout', '--quiet', 'main');
    await project.git('branch', '--quiet', '-D', 'old');
    const { code, data } = await gc(project, ['--branches', '--force']);
    expect([code, data.gone.loose.objects]).toEqual([0, 0]);
    for (const [revision, version] of [
      ['v1', 1],
      ['HEAD~1', 2],
    ] as const)
      expect((await checkedOut(project, revision)).text).toBe(content(version, 7));
  });

  test('a pointer of the workspace that cannot be understood stops it', async () => {
    const project = await withHistory();
    await project.write({ 'data.mlo': '{' });
    const { code, error } = await gc(project, ['--force']);
    expect([code, error.code]).toEqual([12, 'MLO_FORMAT']);
    await project.git('checkout', '--', 'data.mlo');
    expect((await checkedOut(project, 'v1')).code).toBe(0);
  });

  test('what a killed repro has finished stays, whether or not a lock has it', async () => {
    const project = await createProjectHere({
      ...CONFIG,
      'in.txt': 'a',
      'pipeline.yaml':
        'stages:\n  one:\n    cmd: head -c 90000 /dev/zero > out.bin\n    deps: [in.txt]\n    outs: [out.bin]\n' +
        '  two:\n    cmd: echo one is done && read line < wait\n    deps: [out.bin]\n',
    });
    await project.run('mkfifo', ['wait']);
    const running = project.start(['repro', '-v']);
    await running.waitFor('one is done');
    running.signalGroup('SIGKILL');
    await running.ended;
    await project.run('sh', ['-c', 'echo go <> wait > wait']);
    expect((await gc(project, ['--no-runs', '--force'], { ...NO_GRACE, MLO_GC_RUN_CACHE: '0' })).code).toBe(0);
    await project.remove('out.bin');
    const { stages } = (await project.mlo(['repro', 'one', '--json'])).json().data;
    expect(stages).toMatchObject([{ name: 'one', outcome: 'restored' }]);
  });
});

describe('gc and runs', () => {
  const PIPELINE = 'stages:\n  s:\n    cmd: echo working && cat in.txt in.txt > out.txt\n    deps: [in.txt]\n    outs: [out.txt]\n';

  async function withRuns(): Promise<TestProject> {
    const project = await createProjectHere({ ...CONFIG, 'in.txt': 'one', 'pipeline.yaml': PIPELINE });
    for (const text of ['one', 'two', 'three']) {
      await project.write({ 'in.txt': text });
      expect((await project.mlo(['repro'])).code).toBe(0);
    }
    return project;
  }

  test('keeps what runs logged, and results younger than gc.run_cache', async () => {
    const project = await withRuns();
    expect((await gc(project, ['--force'])).data.runs).toEqual({ kept: 3, dropped: 0 });
    await project.write({ 'in.txt': 'one' });
    expect((await project.mlo(['repro'])).stdout + '').not.toContain('ran ');
    expect(await project.read('out.txt')).toBe('oneone');
  });

  test('older results go with their outs, but for those that a lock still has', async () => {
    const project = await withRuns();
    const { data } = await gc(project, ['--no-runs', '--force'], { ...NO_GRACE, MLO_GC_RUN_CACHE: '0' });
    expect(data.runs).toEqual({ kept: 1, dropped: 2 });
    await expectWorkspaceWhole(project);
    expect((await project.mlo(['status', '--check'])).code).toBe(0);
    await project.write({ 'in.txt': 'one' });
    const again = await project.mlo(['repro', '--json']);
    expect(again.json().data.stages[0].outcome).toBe('ran');
  });

  test('without results, what runs logged still stays', async () => {
    const project = await withRuns();
    const { data } = await gc(project, ['--force'], { ...NO_GRACE, MLO_GC_RUN_CACHE: '0' });
    expect(data.runs.dropped).toBe(2);
    expect(data.kept.find((each: any) => each.for === 'runs').objects).toBeGreaterThan(2);
  });

  test('logs older than gc.logs go', async () => {
    const project = await withRuns();
    const logs = project.path('.mlo/logs');
    const runs = readdirSync(logs);
    const old = new Date(Date.now() - 100 * 86_400_000);
    const [oldest = ''] = runs;
    for (const name of readdirSync(join(logs, oldest))) utimesSync(join(logs, oldest, name), old, old);
    utimesSync(join(logs, oldest), old, old);
    expect((await gc(project, ['--force'])).data.logs.runs).toBe(1);
    expect(readdirSync(logs)).toEqual(runs.filter((name) => name !== oldest));
  });
});

describe('gc in a cache of two projects', () => {
  async function twoProjects(): Promise<{ readonly one: TestProject; readonly two: TestProject }> {
    const one = await withHistory(10);
    const root = join(one.root, '..', 'second');
    mkdirSync(root);
    const two = here(projectAt(root, one.home));
    await two.write({
      '.mlo/config.yaml': `cache:\n  dir: ${one.path('.mlo/cache')}\n`,
      'only/here.txt': 'only in the second project',
      'only/large.bin': Buffer.alloc(90_000, 'second'),
    });
    expect((await two.mlo(['add', 'only'])).code).toBe(0);
    return { one, two };
  }

  test('keeps what the other one needs, whichever is asked', async () => {
    const { one, two } = await twoProjects();
    const { code, data } = await gc(one, ['--force']);
    expect([code, data.projects]).toEqual([0, [expect.objectContaining({ root: two.root, state: 'asked' })]]);
    await expectWorkspaceWhole(two);
    expect((await gc(two, ['--force'])).code).toBe(0);
    await expectWorkspaceWhole(one);
  });

  test('a project that is gone or broken stops it, by name, until it is said to need nothing', async () => {
    const { one, two } = await twoProjects();
    await two.write({ 'only.mlo': '{' });
    const broken = await gc(one, ['--force']);
    expect([broken.code, broken.error.code, broken.error.message]).toEqual([2, 'MLO_CACHE_USER', expect.stringContaining(two.root)]);
    renameSync(two.root, `${two.root}-moved`);
    expect((await gc(one, ['--force'])).error.message).toContain('its folder is not there');
    expect((await one.mlo(['gc'])).stdout).toContain(`unknown what the project ${two.root} needs`);
    const { code, data } = await gc(one, ['--force', '--ignore-project', two.root]);
    expect([code, data.gone.loose.objects]).toEqual([0, 3]);
    expect((await gc(one, ['--force'])).data.projects).toEqual([]);
  });

  test('refuses while another project writes, and names it', async () => {
    const { one, two } = await twoProjects();
    await two.write({
      'in.txt': 'x',
      'pipeline.yaml': 'stages:\n  slow:\n    cmd: echo started && read line < wait\n    deps: [in.txt]\n    outs: []\n',
    });
    await two.run('mkfifo', ['wait']);
    const running = two.start(['repro', '-v']);
    await running.waitFor('started');
    const { code, error } = await gc(one, ['--force']);
    expect([code, error.code, error.message]).toEqual([11, 'MLO_LOCKED', expect.stringContaining(two.root)]);
    expect((await gc(one)).code).toBe(0);
    const waiting = one.start(['gc', '--force', '--wait=30s'], { env: NO_GRACE });
    await two.run('sh', ['-c', 'echo go > wait']);
    expect((await running.ended).code).toBe(0);
    expect((await waiting.ended).code).toBe(0);
  });
});

describe('gc beside a worktree of the same repository', () => {
  test('keeps what its workspace needs, committed or not, whichever of the two is asked', async () => {
    const project = await withHistory(10);
    await project.git('worktree', 'add', '--quiet', '-b', 'side', '../side', 'v1');
    const side = here(projectAt(join(project.root, '..', 'side'), project.home));
    expect((await side.mlo(['checkout'])).code).toBe(0);
    await side.write({ 'data/new.bin': Buffer.alloc(90_000, 'new') });
    expect((await side.mlo(['add', 'data'])).code).toBe(0);
    for (const each of [project, side, project]) expect((await gc(each, ['--force'])).code).toBe(0);
    for (const each of [project, side]) {
      await expectWorkspaceWhole(each);
      await each.remove('data');
      expect((await each.mlo(['checkout'])).code).toBe(0);
    }
    expect(await side.read('data/f7')).toBe(content(1, 7));
    expect((await checkedOut(project, 'old')).code).not.toBe(0);
  });
});

describe('gc --max-size', () => {
  test('drops what the workspace holds too, says so, and verify tells how to bring it back', async () => {
    const project = await withHistory();
    const { data } = await gc(project, ['--force', '--max-size', '20k']);
    expect(data.evicted).toMatchObject({ reached: true });
    expect(data.evicted.objects).toBeGreaterThan(0);
    expect(await project.read('data/f7')).toBe(content(3, 7));
    expect((await project.mlo(['verify', '--quick'])).code).toBe(12);
    await expectWorkspaceWhole(project, '--repair');
  });

  test('never what was edited in the workspace', async () => {
    const project = await withHistory();
    await project.write({ 'data/large.bin': 'edited', 'data/f1': 'edited' });
    const { data } = await gc(project, ['--force', '--max-size', '1']);
    expect(data.evicted).toMatchObject({ objects: 0, reached: false });
    expect((await project.mlo(['gc', '--max-size', '1'])).stdout).toContain('--max-size cannot be reached');
    await expectWorkspaceWhole(project);
  });

  test('never what the workspace only links to', async () => {
    const project = await createProjectHere({
      '.mlo/config.yaml': 'cache:\n  link: hardlink\n',
      'data/a': 'a'.repeat(1000),
      'data/b': 'b',
    });
    await project.mlo(['add', 'data']);
    expect((await gc(project, ['--force', '--max-size', '1'])).data.evicted).toMatchObject({ objects: 0 });
    await expectWorkspaceWhole(project);
  });
});
