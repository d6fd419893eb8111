import { existsSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { TestProject } from '../../helpers/index.ts';
import { clone, projectWithData, succeeds, testRemote } from '../remote/remotes.ts';
import { preparedOnce } from '../remote/starting-point.ts';

const COPY = `stages:
  copy-foo:
    cmd: echo ran >> ran.txt && cp foo bar
    deps: [foo]
    outs: [bar]
`;

const CHAIN = `stages:
  create-foo:
    cmd: echo create-foo >> ran.txt && cp fixed foo
    deps: [fixed]
    outs: [foo]
  copy-foo:
    cmd: echo copy-foo >> ran.txt && cat foo foo > bar
    deps: [foo]
    outs: [bar]
`;

/** As DVC's tests do: the file, and all that this machine knows of it. */
async function loses(project: TestProject, ...paths: string[]): Promise<void> {
  await project.remove(...paths);
  rmSync(project.path('.mlo/cache'), { recursive: true });
  rmSync(project.path('.mlo/state'), { recursive: true, force: true });
}

async function outcomes(project: TestProject, args: readonly string[], codes: readonly number[] = [0]): Promise<string[]> {
  const { stages } = await succeeds(project, ['repro', ...args], codes);
  return stages.map(({ name, outcome }: { name: string; outcome: string }) => `${name} ${outcome}`);
}

const chain = preparedOnce(async (remote) => {
  const project = await projectWithData({ 'pipeline.yaml': CHAIN, fixed: 'fixed\n' }, [], remote);
  await succeeds(project, ['repro']);
  await project.git('add', '--all', '--', ':!ran.txt');
  await project.git('commit', '--quiet', '--message=results');
  return project;
});

const ran = (project: TestProject): boolean => existsSync(project.path('ran.txt'));

describe('case 22: repro --pull', () => {
  test('test_repro_pulls_missing_data_source – added data comes from the remote, and the stage runs with it', async () => {
    const remote = await testRemote('folder');
    const project = await projectWithData({ 'pipeline.yaml': COPY, foo: 'foo\n' }, ['foo'], remote);
    await succeeds(project, ['push']);
    await loses(project, 'foo');
    expect(await outcomes(project, ['--pull'])).toEqual(['copy-foo ran']);
    expect([await project.read('foo'), await project.read('bar')]).toEqual(['foo\n', 'foo\n']);
  });

  test('test_repro_pulls_continue_without_run_cache – a remote that holds no results of the run-cache does its work all the same', async () => {
    const remote = await testRemote('folder');
    const project = await projectWithData({ 'pipeline.yaml': COPY, foo: 'foo\n' }, ['foo'], remote);
    await succeeds(project, ['push', '--no-runs']);
    expect(existsSync(`${remote.folder}/run-cache`)).toBe(false);
    await loses(project, 'foo');
    expect(await outcomes(project, ['--pull'])).toEqual(['copy-foo ran']);
  });

  test('test_repro_skip_pull_if_no_run_cache_is_passed – with --no-run-cache no results are looked for', async () => {
    const { remote, project } = await chain('folder');
    await succeeds(project, ['push']);
    const copy = await clone(project, remote);
    await copy.remove('pipeline.lock');
    expect(await outcomes(copy, ['--pull', '--no-run-cache'])).toEqual(['create-foo ran', 'copy-foo ran']);
    const other = await clone(project, remote);
    await other.remove('pipeline.lock');
    expect(await outcomes(other, ['--pull'])).toEqual(['create-foo restored', 'copy-foo restored']);
    expect(ran(other)).toBe(false);
  });

  test('test_repro_pulls_missing_import – a dep in an added folder comes with it', async () => {
    const remote = await testRemote('folder');
    const pipeline = COPY.replaceAll('foo', 'data/foo').replace('copy-data/foo', 'copy-foo');
    const project = await projectWithData({ 'pipeline.yaml': pipeline, 'data/foo': 'foo\n', 'data/other': 'other\n' }, ['data'], remote);
    await succeeds(project, ['push']);
    await loses(project, 'data');
    expect(await outcomes(project, ['--pull'])).toEqual(['copy-foo ran']);
    expect(await project.read('bar')).toBe('foo\n');
  });

  test('test_repro_pulls_intermediate_out – the out of a stage before comes instead of running it', async () => {
    const remote = await testRemote('folder');
    const project = await projectWithData({ 'pipeline.yaml': CHAIN, fixed: 'fixed\n' }, [], remote);
    await succeeds(project, ['repro', 'create-foo']);
    await succeeds(project, ['push']);
    await loses(project, 'foo', 'ran.txt');
    expect(await outcomes(project, ['--pull', 'copy-foo'])).toEqual(['create-foo restored', 'copy-foo ran']);
    expect(await project.read('ran.txt')).toBe('copy-foo\n');
  });

  test('test_repro_pulls_allow_missing – with --allow-missing an unchanged stage is skipped and its out is brought only for a stage that needs it', async () => {
    const remote = await testRemote('folder');
    const project = await projectWithData({ 'pipeline.yaml': CHAIN, fixed: 'fixed\n' }, [], remote);
    await succeeds(project, ['repro', 'create-foo']);
    await succeeds(project, ['push']);
    await loses(project, 'foo', 'ran.txt');
    expect(await outcomes(project, ['--pull', '--allow-missing'])).toEqual(['create-foo unchanged', 'copy-foo ran']);
    expect(await project.read('ran.txt')).toBe('copy-foo\n');
    expect(await project.read('bar')).toBe('fixed\nfixed\n');
  });

  test('test_repro_allow_missing_and_pull – with --allow-missing nothing comes where nothing has changed', async () => {
    const { project } = await chain('folder');
    await succeeds(project, ['push']);
    await loses(project, 'foo', 'bar', 'ran.txt');
    expect(await outcomes(project, ['--pull', '--allow-missing'])).toEqual(['create-foo unchanged', 'copy-foo unchanged']);
    expect([project.exists('foo'), project.exists('bar'), ran(project)]).toEqual([false, false, false]);
  });

  test('test_repro_pull_fails – data that the remote does not have is an error before anything runs', async () => {
    const remote = await testRemote('folder');
    const project = await projectWithData({ 'pipeline.yaml': COPY, foo: 'foo\n' }, ['foo'], remote);
    await loses(project, 'foo');
    const { code, stderr } = await project.mlo(['repro', '--pull']);
    expect(code).toBe(2);
    expect(stderr).toContain("dep 'foo' does not exist");
    expect(stderr).toContain("Nothing was pushed to the remote 'origin' yet");
    expect(ran(project)).toBe(false);
  });

  test('an out that the remote does not have is made again', async () => {
    const { remote, project } = await chain('folder');
    await succeeds(project, ['push', 'copy-foo', '--no-runs']);
    const copy = await clone(project, remote);
    expect(await outcomes(copy, ['--pull'])).toEqual(['create-foo ran', 'copy-foo restored']);
  });
});

describe.each(['folder', 'bucket'] as const)('repro --pull with a remote in a %s', (kind) => {
  test('runs nothing in a fresh clone', async () => {
    const { remote, project } = await chain(kind);
    await succeeds(project, ['push']);
    const copy = await clone(project, remote);
    expect(await outcomes(copy, ['--pull'])).toEqual(['create-foo restored', 'copy-foo restored']);
    expect(ran(copy)).toBe(false);
    expect((await succeeds(copy, ['status'])).upToDate).toBe(true);
  });

  test('takes results that another machine had with other params, at the turn of each stage', async () => {
    const { remote, project } = await chain(kind);
    const copy = await clone(project, remote);
    await project.write({ fixed: 'other\n' });
    await succeeds(project, ['repro']);
    await succeeds(project, ['push']);
    await copy.write({ fixed: 'other\n' });
    expect(await outcomes(copy, ['--pull'])).toEqual(['create-foo restored', 'copy-foo restored']);
    expect([await copy.read('bar'), ran(copy)]).toEqual(['other\nother\n', false]);
  });
});

describe('repro --pull', () => {
  test('asks nothing of the remote where nothing is missing', async () => {
    const { project } = await chain('folder');
    await succeeds(project, ['remote', 'modify', 'origin', 'url', 's3://nowhere/at-all']);
    expect(await outcomes(project, ['--pull'])).toEqual(['create-foo unchanged', 'copy-foo unchanged']);
  });

  test('says clearly that the remote is out of reach, and runs nothing', async () => {
    const { remote, project } = await chain('folder');
    await succeeds(project, ['push']);
    const copy = await clone(project, remote);
    await succeeds(copy, ['remote', 'modify', 'origin', 'url', 's3://nowhere/at-all']);
    await succeeds(copy, ['remote', 'modify', 'origin', 'endpoint', 'http://127.0.0.1:9']);
    const env = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
    const { code, stderr } = await copy.mlo(['repro', '--pull'], { env });
    expect([code, ran(copy)]).toEqual([13, false]);
    expect(stderr).toContain('127.0.0.1:9');
    expect((await copy.mlo(['repro', '--pull', '--allow-missing'], { env })).code).toBe(0);
    expect(ran(copy)).toBe(false);
  });

  test('is refused with --dry', async () => {
    const { project } = await chain('folder');
    expect((await project.mlo(['repro', '--pull', '--dry'])).code).toBe(2);
  });
});
