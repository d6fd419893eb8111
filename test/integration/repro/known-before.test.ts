import { describe, expect, test } from 'vitest';
import { createProjectHere, type ProjectFiles, type TestProject } from '../../helpers/index.ts';
import { repro } from '../../helpers/repro-outcomes.ts';

interface Told {
  readonly code: string;
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly source?: string;
}

/** Everything that `mlo repro` says is wrong, as `CODE file:line:column`; nothing may have run. */
async function problemsOf(project: TestProject, args: readonly string[] = []): Promise<readonly Told[]> {
  const { json, result } = await repro(project, args);
  expect(result.code).toBe(2);
  expect(project.exists('ran')).toBe(false);
  return (json.error?.details?.problems ?? []) as readonly Told[];
}

const places = (told: readonly Told[]): readonly string[] =>
  told.map(({ code, file, line, column }) => `${code} ${file}:${line}:${column}`);
const messages = (told: readonly Told[]): string => told.map(({ message }) => message).join('\n');

const EVERY_KIND: ProjectFiles = {
  'pipeline.yaml': `stages:
  typo: {cmd: touch ran, outs: [typo.out], descc: x}
  template: {cmd: 'touch ran \${nope} \${a.}', outs: [template.out]}
  after: {cmd: touch ran, deps: [typo.out, template.out]}
  one: {cmd: touch ran, outs: [same]}
  two: {cmd: touch ran, outs: [same]}
  x: {cmd: touch ran, deps: [y], outs: [x]}
  y: {cmd: touch ran, deps: [x], outs: [y]}
  params: {cmd: touch ran, params: [lr, {bad.yaml: [k]}, {other.yaml: [n]}, {gone.yaml: [k]}]}
  dep: {cmd: touch ran, deps: [gone.csv]}
  module: {run: stages/gone.ts}
  shell: {cmd: touch ran, shell: no-such-shell}
  wdir: {cmd: touch ran, wdir: nowhere}
  link: {cmd: touch ran, outs: [link/x]}
  tracked: {cmd: touch ran, outs: [tracked]}
  native: {run: stage.ts, backend: native}
`,
  'params.yaml': 'rate: 1\n',
  'bad.yaml': 'k: [1\n',
  'other.yaml': 'm: 1\n',
  'stage.ts': '',
  tracked: 'x',
};

describe('what can be known before anything runs is told at once', () => {
  test('every kind of problem in one pipeline, each with its own code and place', async () => {
    const project = await createProjectHere(EVERY_KIND, { git: true });
    await project.run('ln', ['-s', project.home, project.path('link')]);
    const told = await problemsOf(project);
    expect(places(told)).toEqual([
      'MLO_PIPELINE_INVALID pipeline.yaml:2:44',
      'MLO_TEMPLATE pipeline.yaml:3:30',
      'MLO_TEMPLATE pipeline.yaml:3:42',
      'MLO_GRAPH pipeline.yaml:6:32',
      'MLO_GRAPH pipeline.yaml:8:3',
      'MLO_PARAMS pipeline.yaml:9:37',
      'MLO_PARAMS pipeline.yaml:9:72',
      'MLO_PARAMS pipeline.yaml:9:78',
      'MLO_DEP_MISSING pipeline.yaml:10:32',
      'MLO_DEP_MISSING pipeline.yaml:11:3',
      'MLO_CONFIG pipeline.yaml:12:3',
      'MLO_PIPELINE_INVALID pipeline.yaml:13:3',
      'MLO_PATH_UNSAFE pipeline.yaml:14:33',
      'MLO_OUT_IN_GIT pipeline.yaml:15:36',
      'MLO_BACKEND pipeline.yaml:16:3',
      'MLO_PARAMS bad.yaml:2:1',
    ]);
    for (const { file, source, column } of told) if (file === 'pipeline.yaml') expect(source?.[(column ?? 0) - 1]).toMatch(/\S/);

    const { stderr } = await project.mlo(['repro']);
    expect(stderr).toContain('error[MLO_PIPELINE_INVALID]: 2 files have 16 problems');
    expect(stderr.match(/^ +\|.*\^/gm)).toHaveLength(16);
  });

  test('status, which runs nothing, tells what keeps it from knowing: language, graph and params', async () => {
    const project = await createProjectHere(EVERY_KIND, { git: true });
    const { stdout } = await project.mlo(['status', '--json']);
    const { error } = JSON.parse(stdout) as { error: { details: { problems: readonly Told[] } } };
    expect(new Set(error.details.problems.map(({ code }) => code))).toEqual(
      new Set(['MLO_PIPELINE_INVALID', 'MLO_TEMPLATE', 'MLO_GRAPH', 'MLO_PARAMS']),
    );
  });

  test('problems of the workspace alone keep their codes; the first check names the whole', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {cmd: touch ran, wdir: nowhere}\n  b: {cmd: touch ran, deps: [gone]}\n',
    });
    const { json } = await repro(project);
    expect(json.error).toMatchObject({ code: 'MLO_DEP_MISSING', message: "'pipeline.yaml' has 2 problems" });
    expect(places(await problemsOf(project))).toEqual(['MLO_PIPELINE_INVALID pipeline.yaml:2:3', 'MLO_DEP_MISSING pipeline.yaml:3:30']);
  });

  test('a stage that waits for a missing dep is looked at as well, and so is the one after it', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': `stages:
  a: {run: gone.ts, deps: [gone], outs: [out]}
  b: {cmd: touch ran, shell: no-such-shell, deps: [out]}
`,
    });
    expect(places(await problemsOf(project))).toEqual([
      'MLO_DEP_MISSING pipeline.yaml:2:3',
      'MLO_DEP_MISSING pipeline.yaml:2:28',
      'MLO_CONFIG pipeline.yaml:3:3',
    ]);
  });
});

describe('one mistake is told once, not with all that follows from it', () => {
  test('a dep that a stage with outs of no certain place may write', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': "stages:\n  a: {cmd: touch ran, outs: ['${nope}']}\n  b: {cmd: touch ran, deps: [o], params: [{made.yaml: [k]}]}\n",
    });
    expect(places(await problemsOf(project))).toEqual(['MLO_TEMPLATE pipeline.yaml:2:31']);
  });

  test('a module, a wdir and a file of params in the out of a stage that is wrong', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': `stages:
  a: {cmd: touch ran, frozen: 1, outs: [made]}
  b: {run: made/b.ts}
  c: {cmd: touch ran, wdir: made, params: [{p.yaml: [k]}]}
`,
    });
    expect(places(await problemsOf(project))).toEqual(['MLO_PIPELINE_INVALID pipeline.yaml:2:31']);
  });

  test('a target that is a stage which is wrong', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {cmd: touch ran, frozen: 1}\n  b: {cmd: touch ran, deps: [gone]}\n',
    });
    expect(places(await problemsOf(project, ['a']))).toEqual(['MLO_PIPELINE_INVALID pipeline.yaml:2:31']);
    expect(places(await problemsOf(project, ['b']))).toHaveLength(2);
  });

  test('a target that no stage has is told beside what is wrong with the graph', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {cmd: touch ran, outs: [x]}\n  b: {cmd: touch ran, outs: [x]}\n',
    });
    expect((await problemsOf(project, ['c'])).map(({ code }) => code)).toEqual(['MLO_GRAPH', 'MLO_TARGET']);
  });

  test('a file of params that cannot be parsed: its own keys are not missing, those of other files are', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  a: {cmd: touch ran, params: [{bad.yaml: [k]}, {other.yaml: [n]}]}\n',
      'bad.yaml': 'k: [1\n',
      'other.yaml': 'm: 1\n',
    });
    const told = await problemsOf(project);
    expect(places(told)).toEqual(['MLO_PARAMS bad.yaml:2:1', 'MLO_PARAMS pipeline.yaml:2:63']);
    expect(messages(told)).not.toContain("'k'");
  });
});

describe('a shell that is not there', () => {
  const PIPELINE = 'stages:\n  a: {cmd: echo > out, shell: my-shell, outs: [out]}\n';
  const SHELL = '#!/bin/sh\nexec /bin/sh "$@"\n';

  test('is told before the first stage runs', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': `stages:\n  first: {cmd: touch ran}\n${PIPELINE.slice(8)}` });
    const [told] = await problemsOf(project);
    expect(told).toMatchObject({ code: 'MLO_CONFIG', line: 3 });
    expect(told?.message).toBe("Stage 'a': The shell 'my-shell' is in none of the folders of PATH");
  });

  test('is told where it is not executable', async () => {
    const project = await createProjectHere({});
    const shell = project.path('plain');
    await project.write({ plain: '', 'pipeline.yaml': `stages:\n  a: {cmd: touch ran, shell: ${shell}}\n` });
    expect(messages(await problemsOf(project))).toContain('is not an executable file');
  });

  test('does not matter to a stage that does not run', async () => {
    const project = await createProjectHere({ 'pipeline.yaml': PIPELINE, 'bin/my-shell': SHELL });
    const PATH = `${project.path('bin')}:${project.env['PATH']}`;
    expect((await repro(project, [], { env: { PATH } })).outcomes).toEqual({ a: 'ran' });
    expect((await repro(project)).outcomes).toEqual({ a: 'unchanged' });
    await project.remove('out');
    expect((await repro(project)).outcomes).toEqual({ a: 'restored' });
    expect((await repro(project, ['--force'])).json.error?.code).toBe('MLO_CONFIG');
    await project.write({ 'pipeline.yaml': `${PIPELINE}  b: {cmd: touch ran, deps: [gone]}\n` });
    expect(places(await problemsOf(project))).toEqual(['MLO_DEP_MISSING pipeline.yaml:3:30']);
  });
});

describe('params of a module from several files', () => {
  test.each([
    ['the same key', '[a, {f.yaml: [a]}]', "param 'a' of 'params.yaml' and of 'f.yaml'"],
    ['a key inside another', '[a, {f.yaml: [a.z]}]', "params 'a' of 'params.yaml' and 'a.z' of 'f.yaml'"],
    ['a key around another', '[a.z, {f.yaml: [a]}]', "params 'a.z' of 'params.yaml' and 'a' of 'f.yaml'"],
    ['a key of a file taken wholly', '[a.z, {f.yaml: }]', "params 'a.z' of 'params.yaml' and 'a' of 'f.yaml'"],
  ])('%s is refused: one would be lost', async (_what, params, words) => {
    const values = 'a: {y: 1, z: 2}\n';
    const project = await createProjectHere({
      'pipeline.yaml': `stages:\n  m: {run: m.ts, params: ${params}}\n`,
      'm.ts': '',
      'params.yaml': values,
      'f.yaml': values,
    });
    expect(messages(await problemsOf(project))).toContain(words);
  });

  test('neighbours are no clash, and neither is a key with one inside it in the same file', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': 'stages:\n  m: {run: m.ts, params: [a, a.z, ab, {f.yaml: [b.a, abc]}]}\n',
      'm.ts': '',
      'params.yaml': 'a: {z: 2}\nab: 1\n',
      'f.yaml': 'b: {a: 1}\nabc: 1\n',
    });
    expect(await project.mlo(['status'])).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') });
  });
});

describe('an out over data that was added', () => {
  const pipeline = (out: string): string => `stages:\n  prep: {cmd: 'touch ran; mkdir -p ${out}', outs: [${out}]}\n`;
  const DATA = { 'pipeline.yaml': 'stages: {}\n', 'data/raw/a.csv': '1\n', 'data/raw/b.csv': '2\n' };

  test.each([
    ['is that data', 'data/raw', "Stage 'prep': out 'data/raw' is data added with mlo"],
    ['holds it', 'data', "Stage 'prep': out 'data' holds 'data/raw', which is data added with mlo"],
    ['lies in it', 'data/raw/clean', "Stage 'prep': out 'data/raw/clean' lies in 'data/raw', which is data added with mlo"],
  ])('is refused before anything is removed: it %s', async (_what, out, words) => {
    const project = await createProjectHere(DATA);
    await project.mlo(['add', 'data/raw']);
    await project.write({ 'pipeline.yaml': pipeline(out) });
    const [told] = await problemsOf(project);
    expect(told).toMatchObject({ code: 'MLO_GRAPH', message: words, file: 'pipeline.yaml', line: 2 });
    expect(await project.read('data/raw/a.csv')).toBe('1\n');
    for (const command of [['status'], ['repro', '--dry'], ['commit', 'prep']])
      expect((await project.mlo(command)).stderr).toContain(`error[MLO_GRAPH]: ${words}`);
    await project.mlo(['remove', 'data/raw']);
    expect((await repro(project)).outcomes).toEqual({ prep: 'ran' });
  });

  test('is refused by stage add, which writes nothing then', async () => {
    const project = await createProjectHere(DATA);
    await project.mlo(['add', 'data/raw']);
    const { stderr } = await project.mlo(['stage', 'add', '-n', 'prep', '-o', 'data/raw', 'touch ran']);
    expect(stderr).toContain('is data added with mlo (nothing was written)');
    expect(await project.read('pipeline.yaml')).toBe('stages: {}\n');
  });

  test('may hold files that only have the name of a pointer', async () => {
    const project = await createProjectHere({
      'pipeline.yaml': "stages:\n  mesh: {cmd: 'mkdir -p out; echo shape > out/cube.mlo', outs: [out]}\n",
    });
    expect((await repro(project)).outcomes).toEqual({ mesh: 'ran' });
    expect((await repro(project)).outcomes).toEqual({ mesh: 'unchanged' });
  });
});
