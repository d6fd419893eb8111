import { existsSync, writeFileSync } from 'node:fs';
import { truncate } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createProjectHere, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';
import { webServer } from '../../helpers/web-server.ts';

/** Waits until the stage has written the file. */
async function until(project: TestProject, path: string): Promise<void> {
  await expect.poll(() => existsSync(project.path(path)), { timeout: 20_000 }).toBe(true);
}

describe('inputs that change while a stage runs', () => {
  test('a dep that another stage has looked at meanwhile is noticed all the same', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': `stages:
  slow: {cmd: 'mkfifo gate; touch slow.started; cat gate; cat x > o1', deps: [x], outs: [o1]}
  quick: {cmd: 'cat other > q', deps: [other], outs: [q]}
  late: {cmd: 'cat x q > o2; touch late.done', deps: [x, q], outs: [o2]}
`,
      x: 'old',
      other: '',
    });
    await project.run('mkfifo', ['other.gate']);
    const running = project.start(['repro', '--json', '-j', '3', '--keep-going']);
    await until(project, 'slow.started');
    await project.write({ x: 'new' });
    await until(project, 'late.done').catch(() => undefined);
    await project.write({ gate: 'go\n' });
    const report = (await running.ended).json<{ data: { stages: { name: string; outcome: string; error?: { code: string } }[] } }>();
    expect(report.data.stages.find((stage) => stage.name === 'slow')).toMatchObject({
      outcome: 'failed',
      error: { code: 'MLO_DEP_CHANGED' },
    });
    await project.write({ x: 'old' });
    await project.remove('gate', 'slow.started');
    const status = await project.mlo(['status', '--json']);
    expect(status.json<{ data: { stages: { name: string; state: string }[] } }>().data.stages[0]).toMatchObject({
      name: 'slow',
      state: 'run',
    });
  });

  test('a param that is edited while a stage reads the file is noticed', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': "stages:\n  a: {cmd: 'mkfifo gate; touch started; cat gate; cat params.yaml > o', params: [lr], outs: [o]}\n",
      'params.yaml': 'lr: 1\n',
    });
    const running = project.start(['repro', '--json']);
    await until(project, 'started');
    await project.write({ 'params.yaml': 'lr: 2\n' });
    await project.write({ gate: 'go\n' });
    expect((await running.ended).stdout).toContain('changed its params while running');
  });

  test('a change of the params file that the stage does not declare is none', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': "stages:\n  a: {cmd: 'mkfifo gate; touch started; cat gate; echo > o', params: [lr], outs: [o]}\n",
      'params.yaml': 'lr: 1\n',
    });
    const running = project.start(['repro']);
    await until(project, 'started');
    await project.write({ 'params.yaml': 'lr: 1\nother: 2\n' });
    await project.write({ gate: 'go\n' });
    expect((await running.ended).code).toBe(0);
  });
});

describe('links', () => {
  test('a dep that is a link a stage made counts by the file behind it', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': `stages:
  make: {cmd: 'mkdir -p m; cat x > m/v1; ln -sfn v1 m/latest', deps: [x], outs: [m/v1, m/latest]}
  use: {cmd: 'cat m/latest > o', deps: [m/latest], outs: [o]}
`,
      x: 'one',
    });
    await repro(project);
    await project.write({ x: 'two' });
    expect((await repro(project)).outcomes).toEqual({ make: 'ran', use: 'ran' });
    expect(await project.read('o')).toBe('two');
    expect((await repro(project)).outcomes).toEqual({ make: 'unchanged', use: 'unchanged' });
  });

  test('a persist out is written to without touching the object that it shared its bytes with', async () => {
    const project = await createProjectHere({
      '.mlo/config.yaml': 'cache:\n  link: [hardlink]\n',
      'pipeline.yaml': `stages:
  keep: {cmd: cp x model, deps: [x], outs: [model]}
  grow: {cmd: 'test -e log && echo more >> log || cp x log', params: [n], outs: [{log: {persist: true}}]}
`,
      'params.yaml': 'n: 1\n',
      x: 'x'.repeat(70_000),
    });
    await repro(project);
    expect((await repro(project, ['-S', 'n=2'])).outcomes).toEqual({ keep: 'unchanged', grow: 'ran' });
    expect(await project.read('model')).toHaveLength(70_000);
    expect(await project.read('log')).toHaveLength(70_005);
    await project.remove('model');
    expect((await repro(project)).outcomes['keep']).toBe('restored');
    expect(await project.read('model')).toHaveLength(70_000);
  });

  test('an out that cannot be kept does not stand in the way of its own repair', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': "stages:\n  venv: {cmd: 'mkdir v; ln -s /usr/bin/env v/python', outs: [v]}\n",
    });
    expect((await repro(project)).outcomes).toEqual({ venv: 'failed' });
    await project.write({ 'pipeline.yaml': "stages:\n  venv: {cmd: 'mkdir v; touch v/python', outs: [v]}\n" });
    expect((await project.mlo(['status'])).code).toBe(0);
    expect((await repro(project)).outcomes).toEqual({ venv: 'ran' });
  });
});

describe('so many bytes that mlo would have to ask before it copies them', () => {
  test('stop a stage before any of its outs is touched, whether it would run or be restored', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  both: {cmd: echo > large && echo made > small, params: [n], outs: [small, large]}\n',
      'params.yaml': 'n: 1\n',
    });
    await repro(project);
    await project.write({ small: 'mine' });
    await truncate(project.path('large'), 1024 ** 3 + 1);
    for (const args of [[], ['-S', 'n=2']]) {
      const { json, result } = await repro(project, args);
      expect(json.data?.stages[0]?.error).toMatchObject({
        code: 'MLO_OUT_UNSAVED',
        message: expect.stringMatching(/nothing was touched$/),
      });
      expect(await project.read('small')).toBe('mine');
      expect(result.stderr).not.toContain('kept in the cache');
    }
    await project.remove('large');
    expect((await repro(project)).result.stderr).toContain("Out 'small' of stage 'both' held 4 B that no run produced: kept in the cache");
  });
});

describe('what was killed', () => {
  test.each([
    ['a few bytes', 'printf precious > o', '8 B'],
    [
      'more files than are copied without a question else',
      'mkdir o && touch $(seq -f o/%.0f 10000) && printf precious > o/mine',
      '10,001 files',
    ],
  ])('%s that were put into an out after a kill are kept before a stage replaces them', async (_what, put, amount) => {
    const project = await createProjectHere({
      'pipeline.yaml': "stages:\n  t: {cmd: 'mkfifo gate 2>/dev/null; touch started; cat gate; echo made > o', outs: [o]}\n",
    });
    const running = project.start(['repro']);
    await until(project, 'started');
    process.kill((JSON.parse(await project.read('.mlo/lock')) as { pid: number }).pid, 'SIGKILL');
    await running.ended;
    await project.write({ 'pipeline.yaml': 'stages:\n  t: {cmd: echo made > o, outs: [o]}\n' });
    await project.run('sh', ['-c', put]);
    const { outcomes, result } = await repro(project);
    expect(outcomes).toEqual({ t: 'ran' });
    expect(result.stderr).toContain(
      `Out 'o' of stage 't' held ${amount} that the attempt that was killed left there, or somebody since: kept`,
    );
  });
});

describe('what lies there as the lock says, and never was in the cache, is stored by the next repro, which runs nothing', () => {
  const pipeline = (out: string): string => `stages:\n  a: {cmd: echo hi > a.txt, outs: [${out}]}\n`;

  test('once an out is no longer cache: false', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': pipeline('{a.txt: {cache: false}}') });
    await repro(project);
    await project.write({ 'pipeline.yaml': pipeline('a.txt') });
    const { stderr, code } = await project.mlo(['repro']);
    expect(code).toBe(0);
    expect(stderr).toContain("Out 'a.txt' of stage 'a' was not in the cache and is stored");
    expect(await project.read('.gitignore')).toContain('/a.txt\n');
    expect((await project.mlo(['verify'])).code).toBe(0);
    expect((await project.mlo(['repro'])).stderr).not.toContain('stored');
    await project.remove('a.txt');
    expect((await repro(project)).outcomes).toEqual({ a: 'restored' });
  });

  test('after --no-commit, unless that is given again', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': pipeline('a.txt') });
    await repro(project, ['--no-commit']);
    expect((await repro(project, ['--no-commit'])).outcomes).toEqual({ a: 'unchanged' });
    expect((await project.mlo(['verify'])).code).toBe(12);
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged' });
    expect((await project.mlo(['verify'])).code).toBe(0);
  });

  test('but not where Git keeps it', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': pipeline('{a.txt: {cache: false}}') }, { git: true });
    await repro(project);
    await project.git('add', 'a.txt');
    await project.write({ 'pipeline.yaml': pipeline('a.txt') });
    expect((await repro(project)).json.error?.code).toBe('MLO_OUT_IN_GIT');
    await project.git('rm', '-q', '--cached', 'a.txt');
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged' });
    expect((await project.mlo(['verify'])).code).toBe(0);
  });
});

describe('settings', () => {
  test('-S writes nothing when the pipeline cannot run, and never outside the project', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {cmd: echo > o, params: [p], outs: [o]}\n',
      'params.yaml': 'p: 1\n',
    });
    expect((await repro(project, ['nosuch', '-S', 'p=10'])).result.code).toBe(2);
    expect(await project.read('params.yaml')).toBe('p: 1\n');
    await project.run('sh', ['-c', 'echo "a: 1" > ../outside.yaml']);
    expect((await repro(project, ['-S', '../outside.yaml:a=2'])).json.error?.code).toBe('MLO_PATH_UNSAFE');
    expect((await project.run('cat', ['../outside.yaml'])).stdout).toBe('a: 1\n');
  });

  test('-S overwrites nothing that was saved while the workspace was looked at', async () => {
    const server = await webServer({ '/raw': { bytes: Buffer.from('x'), etag: '"1"' } });
    const project = await createProjectHere({
      'pipeline.yaml': `stages:\n  a: {cmd: touch ran o, deps: ['${server.url}/raw'], params: [p, {other.yaml: [q]}], outs: [o]}\n`,
      'params.yaml': 'p: 1\n',
      'other.yaml': 'q: 1\n',
    });
    const saved = 'p: 1\nnew: 1 # by somebody\n';
    server.intercept = () => {
      writeFileSync(project.path('params.yaml'), saved);
      return false;
    };
    const args = ['-S', 'other.yaml:q=2', '-S', 'p=2'];
    const { json, result } = await repro(project, args);
    expect(json.error).toMatchObject({ code: 'MLO_SOURCE_CHANGED', message: expect.stringContaining("'params.yaml' was changed") });
    expect(result.code).toBe(3);
    expect([await project.read('params.yaml'), await project.read('other.yaml')]).toEqual([saved, 'q: 1\n']);
    expect(project.exists('ran')).toBe(false);
    expect((await repro(project, args)).outcomes).toEqual({ a: 'ran' });
    expect(await project.read('params.yaml')).toBe('p: 2\nnew: 1 # by somebody\n');
  });

  test('-S refuses a key that the file does not have, and adds one with a plus', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {cmd: echo > o, params: [train], outs: [o]}\n',
      'params.yaml': 'train:\n  rate: 1 # ours\n',
      'other.yaml': 'x: 1\n',
    });
    const mistyped = await repro(project, ['-S', 'train.rte=2']);
    expect(mistyped.json.error).toMatchObject({
      code: 'MLO_PARAMS',
      message: "'params.yaml' has no key 'train.rte'",
      hint: "Did you mean 'train.rate'? To add a key: --set +train.rte=2",
    });
    expect((await repro(project, ['-S', 'other.yaml:y=2'])).json.error?.hint).toContain('--set other.yaml:+y=2');
    expect(await project.read('params.yaml')).toBe('train:\n  rate: 1 # ours\n');
    expect((await repro(project, ['-S', '+train.epochs=3', '-S', '+train.rate=2', '-S', 'other.yaml:+z=2'])).result.code).toBe(0);
    expect(await project.read('params.yaml')).toBe('train:\n  rate: 2 # ours\n  epochs: 3\n');
    expect(await project.read('other.yaml')).toBe('x: 1\nz: 2\n');
  });

  test('a module stage that declares one key of two params files is told so', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {run: a.ts, params: [lr, {other.yaml: [lr]}], outs: [o]}\n',
      'a.ts': '',
      'params.yaml': 'lr: 1\n',
      'other.yaml': 'lr: 2\n',
    });
    expect((await repro(project)).json.error).toMatchObject({ code: 'MLO_PARAMS' });
  });

  test('--allow-missing never runs a stage whose dep is missing', async () => {
    const project = await createProjectHere({
      'pipeline.yaml':
        'stages:\n  a: {cmd: cp raw mid, deps: [raw], outs: [mid]}\n  b: {cmd: "touch b.ran; cat mid > fin", deps: [mid], params: [p], outs: [fin]}\n',
      raw: 'x',
      'params.yaml': 'p: 1\n',
    });
    await repro(project);
    await project.remove('raw', 'mid', 'fin', 'b.ran', '.mlo');
    await project.write({ 'params.yaml': 'p: 2\n' });
    expect((await repro(project, ['--allow-missing'])).json.error?.code).toBe('MLO_DEP_MISSING');
    expect(project.exists('b.ran')).toBe(false);
  });
});

describe('a wdir that is an out, or lies in one', () => {
  test.each([
    ['m', '"."'],
    ['m/deep', '".."'],
  ])('%s is there when the command begins, the first time and each time after', async (wdir, out) => {
    const pipeline = (text: string): string => `stages:\n  w: {wdir: ${wdir}, cmd: "echo ${text} > f; ls", outs: [${out}]}\n`;
    const project = await createProjectHere({ 'pipeline.yaml': pipeline('one') });
    expect((await repro(project)).outcomes).toEqual({ w: 'ran' });
    await project.write({ 'pipeline.yaml': pipeline('two'), [`${wdir}/old`]: 'from somebody else' });
    expect((await repro(project)).outcomes).toEqual({ w: 'ran' });
    expect([await project.read(`${wdir}/f`), project.exists(`${wdir}/old`)]).toEqual(['two\n', false]);
    expect((await repro(project, ['--verify'])).json.data?.stages).toMatchObject([{ verdict: 'same' }]);
    await project.remove('m');
    expect((await repro(project)).outcomes).toEqual({ w: 'restored' });
  });
});
