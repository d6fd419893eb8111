import { describe, expect, test } from 'vitest';
import { load, messagesIn, onlyStage, placeOf, problemsIn, stageFrom } from './pipeline-files.ts';

describe('defaults', () => {
  test('a stage of a command alone has every default', () => {
    expect(stageFrom('cmd: echo hi')).toEqual({
      address: 's',
      name: 's',
      file: 'pipeline.yaml',
      wdir: '.',
      action: { kind: 'cmd', commands: ['echo hi'], text: 'echo hi' },
      deps: [],
      params: [],
      outs: [],
      env: {},
      passEnv: [],
      isolate: 'auto',
      cpus: 1,
      frozen: false,
      alwaysChanged: false,
      at: { file: 'pipeline.yaml', line: 2, column: 3 },
    });
  });
});

describe('cmd', () => {
  test('a list is one shell an item', () => {
    expect(stageFrom('cmd: [a, b]').action).toEqual({ kind: 'cmd', commands: ['a', 'b'], text: ['a', 'b'] });
  });

  test('a string of several lines is one script in pipeline.yaml', () => {
    expect(stageFrom('cmd: |-\n  a\n  b').action).toMatchObject({ commands: ['a\nb'] });
  });

  test('a string of several lines is one shell a line in dvc.yaml, as in DVC', () => {
    const stage = onlyStage({ 'dvc.yaml': 'stages:\n  s:\n    cmd: |\n      a\n\n      b\n' });
    expect(stage.action).toEqual({ kind: 'cmd', commands: ['a', 'b'], text: 'a\n\nb\n' });
  });

  test('an item of a list is one shell even with several lines', () => {
    const stage = onlyStage({ 'dvc.yaml': 'stages:\n  s:\n    cmd:\n    - |\n      a\n      b\n' });
    expect(stage.action).toMatchObject({ commands: ['a\nb\n'] });
  });

  test('a command that YAML reads as a map is refused with the way out', () => {
    const [problem] = problemsIn('cmd:\n  - echo ok\n  - echo \'{"a": 1}\' > x');
    expect(problem).toMatchObject({
      message: 'stages.s.cmd[1]: expected a command as text, found a map',
      hint: expect.stringContaining('quotes'),
    });
    expect(placeOf(problem)).toBe('pipeline.yaml:5:9:e');
  });

  test.each([
    ['cmd: 5', 'stages.s.cmd: expected a command, or a list of commands, found the number 5'],
    ['cmd: []', 'stages.s.cmd: expected at least one command, found a list'],
    ['cmd: ""', "stages.s.cmd: expected a command that is not empty, found ''"],
    ['cmd: [" "]', 'stages.s.cmd[0]: the command is empty'],
    ['cmd: [true]', 'stages.s.cmd[0]: expected a command as text, found true'],
    ['cmd: [[a]]', 'stages.s.cmd[0]: expected a command as text, found a list'],
  ])('%s is refused', (body, message) => {
    expect(messagesIn(body)).toEqual([message]);
  });
});

describe('run', () => {
  test('names a module relative to wdir', () => {
    expect(stageFrom('run: train.ts\nwdir: stages').action).toEqual({ kind: 'module', path: 'stages/train.ts', declared: 'train.ts' });
  });

  test.each([
    ['run: train.py', /is not a TypeScript or JavaScript module/],
    ['run: ../x.ts', /is outside the project/],
    ['desc: nothing', /'cmd' is missing/],
    ['run: a.ts\ncmd: b', /'cmd' and 'run' cannot stand together/],
    ['run: a.ts\nshell: bash', /shell: is for 'cmd'/],
    ['cmd: a\nbackend: cpu', /backend: is for 'run' stages/],
    ['cmd: a\nseed: 1', /seed: is for 'run' stages/],
    ['cmd: a\nisolate: process', /isolate: is for 'run' stages/],
  ])('%j is refused', (body, message) => {
    expect(messagesIn(body)).toEqual([expect.stringMatching(message)]);
  });

  test('takes backend, seed and isolate', () => {
    expect(stageFrom('run: a.ts\nbackend: native\nseed: -3\nisolate: process')).toMatchObject({
      backend: 'native',
      seed: -3,
      isolate: 'process',
    });
  });

  test.each([
    ['backend: gpu', "stages.s.backend: expected wasm, cpu or native, found 'gpu'"],
    ['seed: 1.5', 'stages.s.seed: expected an integer, found the number 1.5'],
    ['seed: 12345678901234567890', 'stages.s.seed: expected an integer, found the number 12345678901234567890'],
    ['isolate: vm', "stages.s.isolate: expected auto, process or worker, found 'vm'"],
  ])('%s is refused', (line, message) => {
    expect(messagesIn(`run: a.ts\n${line}`)).toEqual([message]);
  });
});

describe('deps and outs', () => {
  test('paths are relative to wdir and normalised', () => {
    const stage = stageFrom('cmd: x\nwdir: sub/dir\ndeps: [./a, ../b/, c//d, x/../y]');
    expect(stage.wdir).toBe('sub/dir');
    expect(stage.deps.map((dep) => [dep.declared, dep.path])).toEqual([
      ['./a', 'sub/dir/a'],
      ['../b/', 'sub/b'],
      ['c//d', 'sub/dir/c/d'],
      ['x/../y', 'sub/dir/y'],
    ]);
  });

  test('lists are the form of DVC, with flags by path', () => {
    const stage = stageFrom(
      'cmd: x\nouts:\n  - a\n  - b: {cache: false, persist: true, push: false, desc: text, type: model, labels: [l], meta: {k: 1}, remote: r, checkpoint: true}',
    );
    expect(stage.outs).toMatchObject([
      { path: 'a', declared: 'a', kind: 'out', cache: true, persist: false, push: true },
      { path: 'b', kind: 'out', cache: false, persist: true, push: false, desc: 'text' },
    ]);
  });

  test('maps are named paths, with flags beside path', () => {
    const stage = stageFrom('cmd: x\ndeps: {raw: data/raw.csv}\nouts:\n  model: models/m\n  log: {path: log.txt, cache: false}');
    expect(stage.deps).toMatchObject([{ name: 'raw', path: 'data/raw.csv', at: { line: 4, column: 17 } }]);
    expect(stage.outs).toMatchObject([
      { name: 'model', path: 'models/m', cache: true },
      { name: 'log', path: 'log.txt', cache: false },
    ]);
  });

  test('metrics and plots are outs of their kind', () => {
    const stage = stageFrom(
      'cmd: x\nmetrics:\n  - m.json: {cache: false}\nplots:\n  - p.csv: {x: step, y: loss, header: false, title: T, cache: false}\n  - q.csv: [{x: a}, {x: b}]\n  - r.png',
    );
    expect(stage.outs).toMatchObject([
      { path: 'm.json', kind: 'metric', cache: false },
      { path: 'p.csv', kind: 'plot', cache: false, plot: { x: 'step', y: 'loss', header: false, title: 'T' } },
      { path: 'q.csv', kind: 'plot', plot: { views: [{ x: 'a' }, { x: 'b' }] } },
      { path: 'r.png', kind: 'plot' },
    ]);
    expect(stage.outs[3]?.plot).toBeUndefined();
  });

  test('metrics and plots have the map form too', () => {
    const stage = stageFrom('cmd: x\nmetrics: {m: m.json}\nplots: {p: {path: p.csv, x: a}}');
    expect(stage.outs).toMatchObject([
      { name: 'm', path: 'm.json', kind: 'metric' },
      { name: 'p', path: 'p.csv', plot: { x: 'a' } },
    ]);
  });

  test('every dep and out knows its place', () => {
    const stage = stageFrom('cmd: x\ndeps:\n  - a\nouts:\n  - "b"\n  - c: {cache: false}');
    expect([...stage.deps, ...stage.outs].map(({ at }) => [at.line, at.column])).toEqual([
      [5, 9],
      [7, 9],
      [8, 9],
    ]);
  });

  test('a map with flags by path, which is DVC’s list item, is explained', () => {
    const [problem] = problemsIn('cmd: x\nouts:\n  model.pkl: {cache: false}');
    expect(problem).toMatchObject({
      message: "'path' is missing in stages.s.outs.model.pkl",
      hint: expect.stringContaining("'- path: {cache: false}'"),
    });
  });

  test('case 36: an out outside the project is refused before anything runs', () => {
    expect(messagesIn('cmd: x\nouts: [../o, /tmp/o]')).toEqual([
      "stages.s.outs: Cached output(s) outside of the project: '../o' is outside the project",
      "stages.s.outs: Cached output(s) outside of the project: '/tmp/o' is absolute",
    ]);
  });

  test.each([
    ['outs', `outs: [d/${'x'.repeat(256)}]`, "stages.s.outs: out 'd/x"],
    ['deps', `deps: [${'é'.repeat(128)}/f]`, "stages.s.deps: dep 'é"],
    ['metrics', `metrics: [${'x'.repeat(300)}.json]`, "stages.s.metrics: out 'x"],
  ])('a name in %s that no file system takes is refused where it stands', (_what, line, message) => {
    const [problem, ...others] = problemsIn(`cmd: a\n${line}`);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ file: 'pipeline.yaml', line: 4, column: expect.any(Number) });
    expect(problem?.message).toContain(message);
    expect(problem?.message).toContain('name that is too long');
    expect(problem?.hint).toContain('255 bytes');
  });

  test('a name of 255 bytes is a name', () => {
    expect(messagesIn(`cmd: a\nouts: [3, ${'x'.repeat(255)}, ${'é'.repeat(127)}x]`)).toHaveLength(1);
  });

  test('a dep outside the project is refused with what to do', () => {
    const problems = problemsIn('cmd: x\ndeps: [../d, /etc/passwd]');
    expect(problems.map((problem) => problem.message)).toEqual([
      "stages.s.deps: dep '../d' is outside the project",
      "stages.s.deps: dep '/etc/passwd' is absolute",
    ]);
    expect(problems[0]?.hint).toContain('mlo add');
  });

  test.each(['s3://bucket/x', 'https://example.org/a.csv', 'http://host:8080/x', 'remote://r/x'])('the URL %s may be a dep', (url) => {
    expect(stageFrom(`cmd: x\nwdir: sub\ndeps: ["${url}"]`).deps).toMatchObject([{ path: url, declared: url }]);
  });

  test.each([
    ['ds://name', 'is none that mlo can look at'],
    ['gs://bucket/x', 'is none that mlo can look at'],
    ['s3:///x', 'is none that mlo can look at'],
    ['https://me:word@example.org/x', 'has a password in it'],
    ['https://example.org/a?sig=x', 'holds a signature or key'],
    ['https://example.org/a b', 'has a space or NUL in it'],
  ])('the URL %s as a dep is refused', (url, why) => {
    expect(messagesIn(`cmd: x\ndeps: ["${url}"]`)).toEqual([expect.stringContaining(`stages.s.deps: '${url}' ${why}`)]);
  });

  test('case 38: a dep named *.dvc is refused, and what it stands for is named', () => {
    expect(problemsIn('cmd: x\ndeps: [foo.dvc]')).toMatchObject([
      { message: "DVC file 'foo.dvc' cannot be a dependency.", hint: "Name the data it stands for: 'foo'." },
    ]);
    expect(messagesIn('cmd: x\ndeps: [foo.mlo]')).toEqual(["pointer 'foo.mlo' cannot be a dep"]);
  });

  test.each([
    ['deps: [1]', 'stages.s.deps[0]: expected a path, found the number 1'],
    ['deps: a', "stages.s.deps: expected a list of paths, or a map {name: path}, found 'a'"],
    ['deps: [""]', "stages.s.deps[0]: expected a path that is not empty, found ''"],
    ['deps: ["a\\0b"]', "stages.s.deps: dep 'a\0b' contains a NUL character"],
    ['outs: [{a: 1}]', 'stages.s.outs[0].a: expected flags such as {cache: false}, found the number 1'],
    ['outs: [{a: {cache: maybe}}]', "stages.s.outs[0].a.cache: expected true or false, found 'maybe'"],
    ['outs: {a: {path: 1}}', 'stages.s.outs.a.path: expected text, found the number 1'],
  ])('%s is refused', (line, message) => {
    expect(messagesIn(`cmd: x\n${line}`)).toEqual([message]);
  });
});

describe('wdir', () => {
  test.each([
    ['wdir: ../x', "stages.s.wdir: '../x' is outside the project"],
    ['wdir: /tmp', "stages.s.wdir: '/tmp' is absolute"],
  ])('case 37: %s is refused before start', (line, message) => {
    expect(messagesIn(`cmd: x\n${line}`)).toEqual([message]);
  });

  test('the default is the folder of the pipeline file', () => {
    expect(onlyStage({ 'sub/pipeline.yaml': 'stages: {s: {cmd: x, deps: [a]}}' })).toMatchObject({
      wdir: 'sub',
      deps: [{ path: 'sub/a' }],
    });
  });

  test('a sub-folder may climb to the root', () => {
    expect(onlyStage({ 'sub/pipeline.yaml': 'stages: {s: {cmd: x, wdir: .., deps: [a]}}' })).toMatchObject({
      wdir: '.',
      deps: [{ path: 'a' }],
    });
  });
});

describe('params', () => {
  test('bare keys are of params.yaml, maps name other files, an empty map value is the whole file', () => {
    const stage = stageFrom('cmd: x\nparams:\n  - lr\n  - train.epochs\n  - other.json: [k.v]\n  - whole.yaml:\n  - empty.yaml: []');
    expect(stage.params).toMatchObject([
      {
        file: 'params.yaml',
        keys: ['lr', 'train.epochs'],
        keysAt: [
          { line: 5, column: 9 },
          { line: 6, column: 9 },
        ],
      },
      { file: 'other.json', keys: ['k.v'] },
      { file: 'whole.yaml', keys: null },
      { file: 'empty.yaml', keys: null },
    ]);
  });

  test('the whole file wins over keys, and a key twice is one key', () => {
    expect(stageFrom('cmd: x\nparams:\n  - a\n  - params.yaml: [a, b]').params).toMatchObject([{ keys: ['a', 'b'] }]);
    expect(stageFrom('cmd: x\nparams:\n  - a\n  - params.yaml:\n  - b').params).toMatchObject([{ keys: null }]);
  });

  test('files are relative to wdir', () => {
    expect(stageFrom('cmd: x\nwdir: sub\nparams: [a, {../p.yaml: [b]}]').params.map((spec) => spec.file)).toEqual([
      'sub/params.yaml',
      'p.yaml',
    ]);
  });

  test.each([
    ['params: [{params.py: [a]}]', /Python are not read/],
    ['params: [1]', /params\[0\]: expected a dotted key, or \{file: \[keys\]\}, found the number 1/],
    ['params: [{p.yaml: a}]', /params\[0\]\.p\.yaml: expected a list of keys, or nothing for the whole file/],
    ['params: {p.yaml: [a]}', /expected a list of dotted keys/],
    ['params: [{../../p.yaml: [a]}]', /is outside the project/],
  ])('%s is refused', (line, message) => {
    expect(messagesIn(`cmd: x\n${line}`)).toEqual([expect.stringMatching(message)]);
  });
});

describe('env', () => {
  test('a map sets values, numbers as they are written', () => {
    expect(stageFrom('cmd: x\nenv: {A: text, VERSION: 3.10, ON: true, EMPTY: "", N: 007}').env).toEqual({
      A: 'text',
      VERSION: '3.10',
      ON: 'true',
      EMPTY: '',
      N: '007',
    });
  });

  test('a list passes names through, and may set some', () => {
    expect(stageFrom('cmd: x\nenv: [HOME, TOKEN, {A: 1}, HOME]')).toMatchObject({ env: { A: '1' }, passEnv: ['HOME', 'TOKEN'] });
  });

  test.each([
    ['env: {A: }', /env\.A: expected text, a number or a boolean/],
    ['env: {A-B: 1}', /'A-B' is not a name of an environment variable/],
    ['env: [A=1]', /expected a name of an environment variable, found 'A=1'/],
    ['env: {A: [1]}', /env\.A: expected text, a number or a boolean, found a list/],
  ])('%s is refused', (line, message) => {
    expect(messagesIn(`cmd: x\n${line}`)).toEqual([expect.stringMatching(message)]);
  });

  test('NAME=value in a list is explained', () => {
    expect(problemsIn('cmd: x\nenv: [A=1]')[0]?.hint).toBe('To set a value write: - A: 1');
  });
});

describe('limits', () => {
  test.each([
    ['30', 30_000],
    ['30s', 30_000],
    ['"1.5m"', 90_000],
    ['2h', 7_200_000],
    ['500ms', 500],
    ['1d', 86_400_000],
    ['0.5', 500],
  ])('timeout %s', (text, milliseconds) => {
    expect(stageFrom(`cmd: x\ntimeout: ${text}`).timeoutMs).toBe(milliseconds);
  });

  test.each(['0', 'soon', '-3', '5 weeks', '[1]'])('timeout %s is refused', (text) => {
    expect(messagesIn(`cmd: x\ntimeout: ${text}`)).toEqual([expect.stringContaining('stages.s.timeout: expected seconds')]);
  });

  test('resources hold cpus', () => {
    expect(stageFrom('cmd: x\nresources: {cpus: 2}').cpus).toBe(2);
    expect(messagesIn('cmd: x\nresources: {cpus: 0}')).toEqual(['stages.s.resources.cpus: expected a number above 0, found the number 0']);
    expect(problemsIn('cmd: x\nresources: {cpu: 1}')).toMatchObject([
      { message: "unknown key 'cpu' in stages.s.resources", hint: "Did you mean 'cpus'?" },
    ]);
  });
});

describe('the rest', () => {
  test('frozen, always_changed, desc, meta, shell', () => {
    expect(stageFrom('cmd: x\nfrozen: true\nalways_changed: true\ndesc: d\nmeta: {a: [1, null]}\nshell: bash')).toMatchObject({
      frozen: true,
      alwaysChanged: true,
      desc: 'd',
      meta: { a: [1, null] },
      action: { shell: 'bash' },
    });
  });

  test('free values that JSON cannot hold are kept as text', () => {
    const { pipeline } = load('stages: {s: {cmd: x, meta: {big: 123456789012345678901234567890, nan: .nan, one: 1.0}}}');
    expect(pipeline.stages[0]?.meta).toEqual({ big: '123456789012345678901234567890', nan: '.nan', one: 1 });
    expect(JSON.parse(JSON.stringify(pipeline))).toEqual(pipeline);
  });

  test('anchors, aliases and merge keys', () => {
    const stage = onlyStage('stages:\n  s:\n    <<: &d {cmd: x, frozen: true}\n    frozen: false\n    outs: &o [a]\n    meta: *o\n');
    expect(stage).toMatchObject({ frozen: false, action: { text: 'x' }, meta: ['a'] });
  });

  test.each(['frozen: yes', 'always_changed: 1', 'desc: 5', 'shell: [bash]'])('%s is refused', (line) => {
    expect(messagesIn(`cmd: x\n${line}`)).toHaveLength(1);
  });
});
