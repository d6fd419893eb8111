import { describe, expect, it } from 'vitest';
import { metricsDiff } from '../../../src/app/metrics-diff.ts';
import { metricsShow } from '../../../src/app/metrics-show.ts';
import { paramsDiff } from '../../../src/app/params-diff.ts';
import { paramsShow } from '../../../src/app/params-show.ts';
import type { AppContext } from '../../../src/app/types.ts';
import { openCache } from '../../../src/cache/open.ts';
import type { Event } from '../../../src/core/events.ts';
import { formatLock } from '../../../src/core/lock/format.ts';
import { toLocked } from '../../../src/core/lock/types.ts';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { createProject, type TestProject } from '../../helpers/index.ts';

const PIPELINE = `
stages:
  train:
    cmd: echo
    params: [lr, model.units, {more.json: [x]}]
    metrics: [{reports/metrics.json: {cache: false}}]
params: [extra.yaml]
metrics: [summary.yaml]
`;

const FILES = {
  'pipeline.yaml': PIPELINE,
  'params.yaml': 'lr: 0.1\nmodel: {units: 8, name: mlp}\nunused: 1\n',
  'more.json': '{"x": 1, "y": 2}',
  'extra.yaml': 'note: hello\n',
  'reports/metrics.json': '{"accuracy": 0.9, "classes": {"setosa": {"f1": 1}}}',
  'summary.yaml': 'loss: 0.5\n',
};

function contextOf(project: TestProject, cwd = project.root): AppContext & { readonly events: Event[] } {
  const events: Event[] = [];
  return { cwd, env: {}, emit: (event) => void events.push(event), signal: new AbortController().signal, command: 'mlo', events };
}

async function errorFrom(work: Promise<unknown>): Promise<MloError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof MloError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

describe('params show', () => {
  it('shows params.yaml and top-level files whole, of other files what stages declare', async () => {
    const project = await createProject(FILES);
    expect(await paramsShow(contextOf(project), { targets: [] })).toEqual({
      files: {
        'params.yaml': { lr: 0.1, model: { units: 8, name: 'mlp' }, unused: 1 },
        'extra.yaml': { note: 'hello' },
        'more.json': { x: 1 },
      },
    });
  });

  it('shows only what stages declare where asked, nested as in the file', async () => {
    const project = await createProject(FILES);
    expect(await paramsShow(contextOf(project), { targets: [], depsOnly: true })).toEqual({
      files: { 'params.yaml': { lr: 0.1, model: { units: 8 } }, 'more.json': { x: 1 } },
    });
  });

  it('shows targets, relative to where the user stands, whole and at any revision', async () => {
    const project = await createProject({ ...FILES, 'sub/p.yaml': 'a: 1\n' }, { git: true });
    await project.write({ 'sub/p.yaml': 'a: 2\n' });
    const context = contextOf(project, project.path('sub'));
    expect(await paramsShow(context, { targets: ['p.yaml', '../more.json'] })).toEqual({
      files: { 'more.json': { x: 1, y: 2 }, 'sub/p.yaml': { a: 2 } },
    });
    expect(await paramsShow(context, { targets: ['p.yaml'], rev: 'HEAD' })).toEqual({ files: { 'sub/p.yaml': { a: 1 } } });
  });

  it('names a target that does not exist', async () => {
    const project = await createProject(FILES);
    const error = await errorFrom(paramsShow(contextOf(project), { targets: ['nope.yaml'] }));
    expect(error.code).toBe('MLO_TARGET');
    expect(error.message).toContain("'nope.yaml'");
  });

  it('refuses a target outside the project', async () => {
    const project = await createProject(FILES);
    expect((await errorFrom(paramsShow(contextOf(project), { targets: ['../../etc/passwd'] }))).code).toBe('MLO_PATH_UNSAFE');
  });
});

describe('params diff', () => {
  it('says that nothing differs when nothing does', async () => {
    const project = await createProject(FILES, { git: true });
    expect(await paramsDiff(contextOf(project), { revs: [], targets: [] })).toEqual({ old: 'HEAD', new: 'workspace', diffs: [] });
  });

  it('compares HEAD and the workspace, undeclared keys of params.yaml too', async () => {
    const project = await createProject(FILES, { git: true });
    await project.write({ 'params.yaml': 'lr: 0.2\nmodel: {units: 8}\nunused: 2\nfresh: true\n', 'more.json': '{"x": 1, "y": 3}' });
    const { diffs } = await paramsDiff(contextOf(project), { revs: [], targets: [] });
    expect(diffs).toEqual([
      { file: 'params.yaml', key: 'fresh', new: true },
      { file: 'params.yaml', key: 'lr', old: 0.1, new: 0.2 },
      { file: 'params.yaml', key: 'model.name', old: 'mlp' },
      { file: 'params.yaml', key: 'unused', old: 1, new: 2 },
    ]);
    const declared = await paramsDiff(contextOf(project), { revs: [], targets: [], depsOnly: true });
    expect(declared.diffs).toEqual([{ file: 'params.yaml', key: 'lr', old: 0.1, new: 0.2 }]);
  });

  it('compares one revision with the workspace, or two with each other', async () => {
    const project = await createProject(FILES, { git: true });
    await project.git('tag', 'v1');
    await project.write({ 'params.yaml': 'lr: 0.2\n' });
    await project.git('commit', '-qam', 'second');
    await project.write({ 'params.yaml': 'lr: 0.3\n' });
    const lr = async (...revs: string[]) => {
      const data = await paramsDiff(contextOf(project), { revs: revs as [string?, string?], targets: [] });
      return [data.old, data.new, data.diffs.find((diff) => diff.key === 'lr')];
    };
    expect(await lr('v1')).toEqual(['v1', 'workspace', { file: 'params.yaml', key: 'lr', old: 0.1, new: 0.3 }]);
    expect(await lr('v1', 'HEAD')).toEqual(['v1', 'HEAD', { file: 'params.yaml', key: 'lr', old: 0.1, new: 0.2 }]);
    expect(await lr('HEAD', 'v1')).toEqual(['HEAD', 'v1', { file: 'params.yaml', key: 'lr', old: 0.2, new: 0.1 }]);
  });

  it('shows files that one side does not have, as that side declares them', async () => {
    const project = await createProject(FILES, { git: true });
    await project.remove('more.json', 'extra.yaml');
    await project.write({
      'pipeline.yaml': 'stages:\n  other:\n    cmd: echo\n    params: [{new.yaml: [a.b]}]\n',
      'new.yaml': 'a: {b: 1, c: 2}\n',
    });
    const { diffs } = await paramsDiff(contextOf(project), { revs: [], targets: [] });
    expect(diffs).toEqual([
      { file: 'extra.yaml', key: 'note', old: 'hello' },
      { file: 'more.json', key: 'x', old: 1 },
      { file: 'new.yaml', key: 'a.b', new: 1 },
    ]);
  });

  it('works from a project below the Git root and from a folder below the project', async () => {
    const project = await createProject(
      { 'mono/iris/pipeline.yaml': PIPELINE, 'mono/iris/params.yaml': 'lr: 1\n', 'mono/iris/src/x.txt': '', 'params.yaml': 'lr: 99\n' },
      { git: true },
    );
    await project.write({ 'mono/iris/params.yaml': 'lr: 2\n' });
    const { diffs } = await paramsDiff(contextOf(project, project.path('mono/iris/src')), { revs: [], targets: [] });
    expect(diffs).toEqual([{ file: 'params.yaml', key: 'lr', old: 1, new: 2 }]);
  });

  it('reads a revision whose pipeline this mlo does not understand by what the workspace declares, and says so', async () => {
    const project = await createProject({ ...FILES, 'pipeline.yaml': 'stages: [this, is, wrong]\n' }, { git: true });
    await project.write({ 'pipeline.yaml': PIPELINE, 'more.json': '{"x": 5}' });
    const context = contextOf(project);
    expect((await paramsDiff(context, { revs: [], targets: [] })).diffs).toEqual([{ file: 'more.json', key: 'x', old: 1, new: 5 }]);
    expect(context.events).toEqual([expect.objectContaining({ type: 'warning', message: expect.stringContaining('revision HEAD') })]);
  });

  it('leaves out a file that a revision has broken, with a warning, but not one that is broken now', async () => {
    const project = await createProject({ ...FILES, 'params.yaml': 'lr: [1\n' }, { git: true });
    await project.write({ 'params.yaml': 'lr: 1\n' });
    const context = contextOf(project);
    expect((await paramsDiff(context, { revs: [], targets: [] })).diffs).toEqual([{ file: 'params.yaml', key: 'lr', new: 1 }]);
    expect(context.events).toHaveLength(1);
    await project.write({ 'params.yaml': 'lr: [1\n' });
    expect((await errorFrom(paramsDiff(contextOf(project), { revs: [], targets: [] }))).code).toBe('MLO_PARAMS');
  });

  it('needs Git, and a revision that it knows', async () => {
    const without = await createProject(FILES);
    expect((await errorFrom(paramsDiff(contextOf(without), { revs: [], targets: [] }))).code).toBe('MLO_GIT');
    const project = await createProject(FILES, { git: true });
    const error = await errorFrom(paramsDiff(contextOf(project), { revs: ['nope'], targets: [] }));
    expect(error.code).toBe('MLO_GIT');
    expect(error.message).toContain('"nope"');
  });
});

describe('metrics', () => {
  it('show: the files of stages and the top-level ones, keys with dots', async () => {
    const project = await createProject(FILES);
    expect(await metricsShow(contextOf(project), { targets: [] })).toEqual({
      files: { 'reports/metrics.json': { accuracy: 0.9, 'classes.setosa.f1': 1 }, 'summary.yaml': { loss: 0.5 } },
    });
  });

  it('show: leaves out files that are not there yet', async () => {
    const project = await createProject(FILES);
    await project.remove('reports');
    expect(await metricsShow(contextOf(project), { targets: [] })).toEqual({ files: { 'summary.yaml': { loss: 0.5 } } });
  });

  it('show: a folder as target stands for the YAML and JSON files in it', async () => {
    const project = await createProject({ ...FILES, 'reports/deep/more.yaml': 'a: 1\n', 'reports/picture.png': '\u0000' });
    expect(await metricsShow(contextOf(project), { targets: ['reports'] })).toEqual({
      files: { 'reports/deep/more.yaml': { a: 1 }, 'reports/metrics.json': { accuracy: 0.9, 'classes.setosa.f1': 1 } },
    });
  });

  it('diff: numbers with their change, files of one side as added or removed', async () => {
    const project = await createProject(FILES, { git: true });
    await project.write({ 'reports/metrics.json': '{"accuracy": 0.95, "classes": {"setosa": {"f1": 1}}, "loss": 1}' });
    await project.remove('summary.yaml');
    const data = await metricsDiff(contextOf(project), { revs: [], targets: [] });
    expect(data).toEqual({
      old: 'HEAD',
      new: 'workspace',
      diffs: [
        { file: 'reports/metrics.json', key: 'accuracy', old: 0.9, new: 0.95, change: expect.closeTo(0.05, 10) },
        { file: 'reports/metrics.json', key: 'loss', new: 1 },
        { file: 'summary.yaml', key: 'loss', old: 0.5 },
      ],
    });
  });

  it('diff: reads what a revision keeps in the cache instead of Git, by its lock', async () => {
    const project = await createProject({
      'pipeline.yaml': 'stages:\n  train:\n    cmd: echo\n    metrics: [m.json]\n',
      '.mlo/.gitignore': '*\n',
      '.gitignore': '/m.json\n',
      'm.json': '{"acc": 0.5}',
    });
    const cache = openCache({ cacheDir: project.path('.mlo/cache'), stateDir: project.path('.mlo/state'), root: project.root });
    const content = await cache.commit(project.path('m.json'));
    await cache.close();
    await project.write({
      'pipeline.lock': formatLock({
        hash: 'blake3-256',
        schema: 1,
        stages: { train: { cmd: 'echo', outs: { 'm.json': toLocked(content) } } },
      }),
    });
    await project.git('init', '-q', '-b', 'main');
    await project.git('add', '-A');
    await project.git('commit', '-qm', 'first');
    await project.write({ 'm.json': '{"acc": 0.75}' });
    expect((await metricsDiff(contextOf(project), { revs: [], targets: [] })).diffs).toEqual([
      { file: 'm.json', key: 'acc', old: 0.5, new: 0.75, change: 0.25 },
    ]);
  });
});
