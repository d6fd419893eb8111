import { describe, expect, test } from 'vitest';
import { loadPipeline } from '../../../src/core/pipeline/load.ts';
import { errorOf, load, namesOf, placeOf, problemsOf, stagesOf } from './pipeline-files.ts';

describe('addresses and locks', () => {
  test('stages of the root file have bare addresses, all others are addressed by file', () => {
    const files = {
      'pipeline.yaml': 'stages: {a: {cmd: x}}',
      'sub/pipeline.yaml': 'stages: {a: {cmd: x}}',
      'sub/dvc.yaml': 'stages: {b: {foreach: [1], do: {cmd: x}}}',
    };
    expect(namesOf(files)).toEqual(['a', 'sub/pipeline.yaml:a', 'sub/dvc.yaml:b@1']);
  });

  test('the root file can be chosen', () => {
    const files = { 'pipeline.yaml': 'stages: {a: {cmd: x}}', 'sub/dvc.yaml': 'stages: {b: {cmd: x}}' };
    expect(load(files, 'sub/dvc.yaml').pipeline.stages.map((stage) => stage.address)).toEqual(['pipeline.yaml:a', 'b']);
  });

  test('dvc.yaml is the root file where there is no pipeline.yaml', () => {
    expect(namesOf({ 'dvc.yaml': 'stages: {a: {cmd: x}}' })).toEqual(['a']);
  });

  test.each([
    ['pipeline.yaml', 'pipeline.lock', 'pipeline', ''],
    ['dvc.yaml', 'dvc.mlo.lock', 'dvc', ''],
    ['a/b/dvc.yaml', 'a/b/dvc.mlo.lock', 'dvc', 'a/b'],
    ['a/more.yml', 'a/more.lock', 'pipeline', 'a'],
    ['dvc.yml', 'dvc.mlo.lock', 'pipeline', ''],
  ])('the lock of %s is %s: dvc.lock is never touched', (path, lockPath, kind, dir) => {
    const { pipeline } = loadPipeline({ files: [path], readText: () => 'stages: {}' });
    expect(pipeline.files).toMatchObject([{ path, lockPath, kind, dir }]);
  });

  test('two files cannot share a lock', () => {
    const error = errorOf({ 'a/pipeline.yaml': 'stages: {}', 'a/pipeline.yml': 'stages: {}' });
    expect(error.problems.map((problem) => problem.message)).toEqual([
      "'a/pipeline.yaml' and 'a/pipeline.yml' would share the lock 'a/pipeline.lock'",
    ]);
  });

  test('sources are all texts that were asked for', () => {
    const files = { 'pipeline.yaml': 'vars: [v.yaml]\nstages: {a: {cmd: "${v}"}}', 'v.yaml': 'v: x', 'unused.yaml': '' };
    expect(load(files).sources).toEqual(['pipeline.yaml', 'params.yaml', 'v.yaml']);
  });

  test('the result survives JSON', () => {
    const { pipeline } = load(
      'stages: {a: {foreach: [1.0, 2], do: {run: a.ts, deps: {x: a}, params: [k], outs: {m: {path: o, cache: false}}, env: [A, {B: 1}], meta: 1e400}}}',
    );
    expect(JSON.parse(JSON.stringify(pipeline))).toEqual(pipeline);
  });
});

describe('a file without stages', () => {
  test.each(['', '# only a comment\n', 'stages:\n', 'stages: {}', 'params: [p.yaml]', '---\n'])('%j is valid', (text) => {
    expect(load(text)).toMatchObject({ pipeline: { stages: [], files: [{ path: 'pipeline.yaml' }] }, warnings: [] });
  });

  test.each([
    ['- a', "'pipeline.yaml' must hold a map with 'stages', found a list"],
    ['text', "'pipeline.yaml' must hold a map with 'stages', found 'text'"],
    ['stages: [a]', 'stages: expected a map of stages, found a list'],
    ['stages: {a: }', 'stages.a: expected a map with cmd or run, found nothing'],
    ['stages: {a: echo hi}', "stages.a: expected a map with cmd or run, found 'echo hi'"],
  ])('%j is not', (text, message) => {
    expect(problemsOf(text).map((problem) => problem.message)).toEqual([message]);
  });

  test('a missing file is told', () => {
    expect(() => loadPipeline({ files: ['pipeline.yaml'], readText: () => undefined })).toThrow(
      "pipeline file 'pipeline.yaml' does not exist",
    );
  });
});

describe('top-level keys', () => {
  test('params, metrics, plots and artifacts are resolved from the folder of the file', () => {
    const { pipeline } = load({
      'sub/dvc.yaml':
        'params: [p.yaml]\nmetrics: ["${m}"]\nplots:\n  - a.csv\n  - loss: {x: step, y: {a.csv: [l1, l2]}, title: T}\n  - b.csv:\nartifacts:\n  model: {path: ../m, type: model, labels: [l], desc: d, meta: {k: 1}}\n',
      'sub/params.yaml': 'm: metrics.json',
    });
    expect(pipeline.files[0]).toMatchObject({
      params: ['sub/p.yaml'],
      metrics: ['sub/metrics.json'],
      plots: [
        { id: 'a.csv', props: {} },
        { id: 'loss', props: { x: 'step', y: { 'a.csv': ['l1', 'l2'] }, title: 'T' } },
        { id: 'b.csv', props: {} },
      ],
      artifacts: { model: { path: 'm', type: 'model', labels: ['l'], meta: { k: 1 } } },
    });
  });

  test('datasets of DVC are accepted with a warning', () => {
    expect(load({ 'dvc.yaml': 'datasets: [{name: a, type: dvc, url: u}]\nstages: {}' }).warnings).toMatchObject([
      { file: 'dvc.yaml', line: 1, message: expect.stringContaining("'datasets' is ignored") },
    ]);
  });

  test.each([
    ['metrics: [../m.json]', "metrics: '../m.json' is outside the project"],
    ['params: {a: b}', 'params: expected a list of files, found a map'],
    ['plots: [{a: {z: 1}}]', "unknown key 'z' in plots[0].a"],
    ['artifacts: {m: {type: model}}', "'path' is missing in artifacts.m"],
    ['metrics: ["${nope}"]', "failed to parse 'metrics' in 'pipeline.yaml': Could not find 'nope'"],
    ['vars: {a: 1}', 'vars: expected a list of files and maps, found a map'],
  ])('%s is refused', (text, message) => {
    expect(problemsOf(text).map((problem) => problem.message)).toEqual([message]);
  });
});

describe('names', () => {
  test.each(['train', 'train-2', 'train_2', 'Träning', 'data load', '01'])('%s is a stage name', (name) => {
    expect(namesOf(`stages: {"${name}": {cmd: x}}`)).toEqual([name]);
  });

  test.each(['a.b', 'a/b', 'a:b', 'a@b', 'a$', 'a,b', '*', 'a\\\\b', 'a#b'])(
    'case 39: %s is refused in a hand-written file too',
    (name) => {
      const [problem] = problemsOf(`stages:\n  "${name}": {cmd: x}\n`);
      expect(problem?.message).toContain("a stage name cannot contain punctuation but '-' and '_'");
      expect(placeOf(problem)).toBe('pipeline.yaml:2:3:"');
      expect(problem?.hint).toMatch(/^Call it '[-\w]+'\.$/);
    },
  );

  test.each([
    ['""', 'a stage needs a name'],
    ['"a\\tb"', 'contains a control character'],
  ])('%s is refused', (name, message) => {
    expect(problemsOf(`stages: {${name}: {cmd: x}}`)[0]?.message).toContain(message);
  });

  test('case 39: a stage that exists already names the line of the first', () => {
    const error = errorOf('stages:\n  a: {cmd: x}\n  b: {cmd: x}\n  a: {cmd: y}\n');
    expect(error).toMatchObject({
      code: 'MLO_PIPELINE_SYNTAX',
      problems: [{ message: "key 'a' is there twice: it already exists on line 2", line: 4, column: 3 }],
    });
  });
});

describe('unknown keys', () => {
  test.each([
    ['stage: {}', "unknown key 'stage'", "Did you mean 'stages'?"],
    ['stages: {a: {cmd: x, outz: [o]}}', "unknown key 'outz' in stages.a", "Did you mean 'outs'?"],
    ['stages: {a: {cmd: x, outs: [{o: {cahce: false}}]}}', "unknown key 'cahce' in stages.a.outs[0].o", undefined],
    ['stages: {a: {cmd: x, outs: [{o: {persists: false}}]}}', "unknown key 'persists' in stages.a.outs[0].o", "Did you mean 'persist'?"],
    ['stages: {a: {cmd: x, plots: [{o: {titel: a}}]}}', "unknown key 'titel' in stages.a.plots[0].o", undefined],
    ['stages: {a: {cmd: x, repeat: 3}}', "unknown key 'repeat' in stages.a", undefined],
  ])('%s', (text, message, hint) => {
    const [problem] = problemsOf(text);
    expect(problem?.message).toBe(message);
    if (hint === undefined) expect(problem?.hint).toMatch(/^(?:Known keys|Did you mean)/);
    else expect(problem?.hint).toBe(hint);
  });

  test('the place is that of the key', () => {
    expect(placeOf(problemsOf('stages:\n  a:\n    cmd: x\n    outz: [x]\n')[0])).toBe('pipeline.yaml:4:5:o');
  });
});

describe('YAML', () => {
  test('every syntax error has a place and the line', () => {
    const error = errorOf('stages:\n  a:\n    cmd: x\n   b: y\n  c: [1\n');
    expect(error.code).toBe('MLO_PIPELINE_SYNTAX');
    expect(error.problems.length).toBeGreaterThan(0);
    for (const problem of error.problems)
      expect(problem).toMatchObject({
        file: 'pipeline.yaml',
        line: expect.any(Number),
        column: expect.any(Number),
        source: expect.any(String),
      });
  });

  test('tabs are explained', () => {
    expect(problemsOf('stages:\n\ta: {cmd: x}\n').some((problem) => problem.hint?.includes('tabs'))).toBe(true);
  });

  test.each([
    ['stages: *x', "alias '*x' stands for no anchor above it"],
    ['stages: &a {b: *a}', "alias '*a' contains itself"],
    ['stages: {[a]: {cmd: x}}', 'a key must be a plain word or a quoted text, not a list or a map'],
  ])('%s is refused', (text, message) => {
    expect(problemsOf(text).map((problem) => problem.message)).toContain(message);
  });

  test('a bomb of aliases is refused instead of filling the memory', () => {
    const levels = Array.from(
      { length: 30 },
      (_, level) =>
        `l${level}: &l${level} [${
          level === 0
            ? 'x'
            : Array(10)
                .fill(`*l${level - 1}`)
                .join(', ')
        }]`,
    );
    expect(problemsOf(`meta:\n  ${levels.join('\n  ')}\n`)[0]?.message).toMatch(/aliases make this file larger/);
  });

  test('nesting without end is refused', () => {
    expect(problemsOf(`stages: ${'['.repeat(50_000)}`)[0]?.message).toBeTypeOf('string');
  });

  test('Windows line ends and a byte order mark', () => {
    expect(stagesOf('\u{FEFF}stages:\r\n  a:\r\n    cmd: x\r\n    deps:\r\n    - d\r\n')).toMatchObject([
      { name: 'a', deps: [{ path: 'd', at: { line: 5, column: 7 } }] },
    ]);
  });

  test('problems of several files come in one error', () => {
    const error = errorOf({ 'pipeline.yaml': 'stages: {a: {}}', 'sub/pipeline.yaml': 'stages: {"b.c": {cmd: x}}' });
    expect(error.message).toBe('2 files have 2 problems');
    expect(error.problems.map((problem) => problem.file)).toEqual(['pipeline.yaml', 'sub/pipeline.yaml']);
  });

  test('a single problem is the message of the error, with its hint', () => {
    expect(errorOf('stages: {a: {cmd: x, outz: []}}')).toMatchObject({
      message: "unknown key 'outz' in stages.a",
      hint: "Did you mean 'outs'?",
    });
  });
});
