import { describe, expect, test } from 'vitest';
import { commandText, errorOf, load, messagesIn, onlyStage, placeOf, problemsIn, problemsOf, stageFrom } from './pipeline-files.ts';

/** The command after templating, with these values in params.yaml. */
function commandWith(command: string, params: string): string | readonly string[] {
  return commandText(stageFrom(`cmd: ${JSON.stringify(command)}`, { 'params.yaml': params }));
}

describe('values in text', () => {
  test.each([
    ['1.0', '1.0'],
    ['1e-5', '1e-05'],
    ['0.0001', '0.0001'],
    ['1e20', '1e+20'],
    ['1e15', '1000000000000000.0'],
    ['123456.789', '123456.789'],
    ['.inf', 'inf'],
    ['-.inf', '-inf'],
    ['.nan', 'nan'],
    ['-0.0', '-0.0'],
    ['7', '7'],
    ['0o17', '15'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['true', 'true'],
    ['False', 'false'],
    ['null', 'None'],
    ['yes', 'yes'],
    ['2020-01-01', '2020-01-01'],
    ["'1.0'", '1.0'],
  ])('%s is printed as %s, as Python prints it', (written, printed) => {
    expect(commandWith('v=${x}', `x: ${written}`)).toBe(`v=${printed}`);
  });

  test('nested keys, list indexes, negative indexes and spaces', () => {
    expect(commandWith('${a.b} ${ a.b } ${l[1]} ${l.0} ${l[-1]} ${l[0]}${l[1]}', 'a: {b: 1}\nl: [x, y, z]')).toBe('1 1 y x z xy');
  });

  test('escapes, and what is no template', () => {
    expect(commandWith('\\${x} $x $${x} ${x} {x} $HOME', 'x: 1')).toBe('${x} $x $1 1 {x} $HOME');
  });

  test('a template over two lines is text', () => {
    expect(commandWith('${\nx}', 'x: 1')).toBe('${\nx}');
  });
});

describe('values that stand alone', () => {
  test('keep their type', () => {
    const stage = stageFrom(
      'run: a.ts\nfrozen: ${f}\nseed: ${n}\nresources: {cpus: "${n}"}\ntimeout: ${t}\nmeta: {list: "${l}"}'.replace(
        '\nmeta: {list: "${l}"}',
        '\nmeta: ["${n}", "${z}"]',
      ),
      {
        'params.yaml': 'f: true\nn: 3\nt: 5m\nz: null',
      },
    );
    expect(stage).toMatchObject({ frozen: true, seed: 3, cpus: 3, timeoutMs: 300_000, meta: [3, null] });
  });

  test('of the wrong type are refused where they stand', () => {
    const [problem] = problemsIn('cmd: x\nfrozen: ${f}', { 'params.yaml': 'f: 3' });
    expect(problem?.message).toBe('stages.s.frozen: expected true or false, found the number 3');
    expect(placeOf(problem)).toBe('pipeline.yaml:4:13:$');
  });

  test('numbers may be paths', () => {
    expect(stageFrom('cmd: x\ndeps: ["${year}"]', { 'params.yaml': 'year: 2020' }).deps[0]?.path).toBe('2020');
  });

  test('paths, keys, params and plots take templates', () => {
    const stage = stageFrom(
      'cmd: x\nwdir: ${d}\ndeps: ["${f}"]\nparams: ["${k}", {"${f}.yaml": ["${k}"]}]\nouts: [{"${f}.out": {cache: false}}]\nplots: [p: {x: "${k}"}]'.replace(
        '[p: {x: "${k}"}]',
        '[{p: {x: "${k}"}}]',
      ),
      {
        'params.yaml': 'd: dir\nf: file\nk: key',
      },
    );
    expect(stage).toMatchObject({
      wdir: 'dir',
      deps: [{ path: 'dir/file' }],
      params: [
        { file: 'dir/params.yaml', keys: ['key'] },
        { file: 'dir/file.yaml', keys: ['key'] },
      ],
      outs: [
        { path: 'dir/file.out', cache: false },
        { path: 'dir/p', plot: { x: 'key' } },
      ],
    });
  });
});

describe('keys that become equal', () => {
  const params = { 'params.yaml': 'k: b\nsame: b' };

  test.each([
    ['deps', 'cmd: x, deps: {"${k}": a.csv, b: b.csv}', "key 'b' is there twice: it already exists on line 2", '2:32:b'],
    ['outs', 'cmd: x, outs: {b: b,\n "${k}": a}', "key '${k}' becomes 'b', which is there twice: it already exists on line 2", '3:2:"'],
    [
      'params',
      'cmd: x, params: [{"${k}": [p],\n "${same}": [q]}]',
      "key '${same}' becomes 'b', which is there twice: it already exists on line 2",
      '3:2:"',
    ],
    ['env', 'cmd: x, env: {"${k}": 1, b: 2}', "key 'b' is there twice: it already exists on line 2", '2:27:b'],
    ['foreach', 'foreach: {"${k}": 1, b: 2}, do: {cmd: x}', "key 'b' is there twice: it already exists on line 2", '2:23:b'],
    ['matrix', 'matrix: {"${k}": [1], b: [2]}, cmd: x', "key 'b' is there twice: it already exists on line 2", '2:24:b'],
  ])('of %s by a template are refused: one of them would be lost', (field, body, message, place) => {
    const { code, problems } = errorOf({ 'pipeline.yaml': `stages: {s: {\n ${body}}}`, ...params });
    expect(code).toBe('MLO_PIPELINE_INVALID');
    expect(problems.map((problem) => problem.message)).toEqual([`failed to parse 'stages.s.${field}' in 'pipeline.yaml': ${message}`]);
    expect(placeOf(problems[0])).toBe(`pipeline.yaml:${place}`);
  });

  test('of the artifacts of a file are refused', () => {
    const error = errorOf({ 'pipeline.yaml': 'artifacts:\n  b: {path: a}\n  ${k}: {path: c}\nstages: {}', ...params });
    expect(error.code).toBe('MLO_PIPELINE_INVALID');
    expect(placeOf(error.problems[0])).toBe('pipeline.yaml:3:3:$');
  });
});

describe('case 46: maps and lists', () => {
  test('a map in cmd becomes arguments', () => {
    const params = 'm: {x: 1.0, on: true, off: false, many: [1, "a b", true], deep: {z: null, none: {}}, quote: "it\'s", empty: ""}';
    expect(commandWith('run ${m}', params)).toBe(`run --x 1.0 --on --many 1 'a b' True --deep.z None --quote 'it'"'"'s' --empty ''`);
  });

  test('a map outside cmd cannot be interpolated', () => {
    expect(messagesIn("cmd: x\nouts: ['${m}']", { 'params.yaml': 'm: {a: 1}' })).toEqual([
      "failed to parse 'stages.s.outs' in 'pipeline.yaml': Cannot interpolate data of type 'dict'",
    ]);
  });

  test('a list cannot be interpolated, not even in cmd', () => {
    expect(problemsIn('cmd: x ${l}', { 'params.yaml': 'l: [1]' })).toMatchObject([
      {
        message: "failed to parse 'stages.s.cmd' in 'pipeline.yaml': Cannot interpolate data of type 'list'",
        hint: expect.stringContaining('Only a map'),
      },
    ]);
  });

  test('a list in a list cannot be unpacked', () => {
    expect(messagesIn('cmd: x ${m}', { 'params.yaml': 'm: {a: [[1]]}' })).toEqual([
      "failed to parse 'stages.s.cmd' in 'pipeline.yaml': Cannot interpolate nested iterable in 'a'",
    ]);
  });

  test('a command that is nothing but a map is refused', () => {
    expect(messagesIn('cmd: ${m}', { 'params.yaml': 'm: {a: 1}' })).toEqual(['stages.s.cmd: expected a command as text, found a map']);
  });
});

describe('case 44: what cannot be found or read', () => {
  test('an unknown key is told with its place and the nearest key', () => {
    const [problem] = problemsIn('cmd: train ${train.epchs}', { 'params.yaml': 'train: {epochs: 1}' });
    expect(problem).toMatchObject({
      message: "failed to parse 'stages.s.cmd' in 'pipeline.yaml': Could not find 'train.epchs'",
      hint: "Did you mean 'train.epochs'?",
    });
    expect(placeOf(problem)).toBe('pipeline.yaml:3:16:$');
  });

  test('a key below a value says what the value is', () => {
    expect(problemsIn('cmd: ${a.b}', { 'params.yaml': 'a: 3' })[0]).toMatchObject({
      message: expect.stringContaining("Could not find 'a.b'"),
      hint: "'a' is the number 3",
    });
    expect(problemsIn('cmd: ${l[5]}', { 'params.yaml': 'l: [1, 2]' })[0]?.hint).toBe("'l' has 2 items");
  });

  test.each([
    ['${a.}', "'${a.}': expected a name", '}'],
    ['${}', "'${}': the expression is empty", '}'],
    ['${a[1}', "'${a[1}': expected ']'", '}'],
    ['${a[1]b}', "'${a[1]b}': expected '.', '[' or the end, found 'b'", 'b'],
    ['${a]}', "'${a]}': expected '.', '[' or the end, found ']'", ']'],
    ['${.a}', "'${.a}': expected a name", '.'],
  ])('bad syntax %s shows the caret under the fault', (expression, message, character) => {
    const [problem] = problemsIn(`cmd: "echo ok && ${expression}"`);
    expect(problem?.message).toBe(`failed to parse 'stages.s.cmd' in 'pipeline.yaml': ${message}`);
    expect(placeOf(problem)).toBe(`pipeline.yaml:3:${22 + expression.lastIndexOf(character)}:${character}`);
  });

  test('the caret stands right in block text and in the second of two', () => {
    const [problem] = problemsIn('cmd: |\n  echo ${a}\n  echo ${nope}', { 'params.yaml': 'a: 1' });
    expect(placeOf(problem)).toBe('pipeline.yaml:5:12:$');
    expect(problem?.source).toBe('      echo ${nope}');
  });

  test('every fault of a file is told at once', () => {
    const error = errorOf('stages:\n  a:\n    cmd: ${x} ${y}\n    deps: ["${z}", ok]\n  b:\n    cmd: ${w}\n');
    expect(error.code).toBe('MLO_TEMPLATE');
    expect(error.problems.map((problem) => problem.message.replace(/.*: /, ''))).toEqual([
      "Could not find 'x'",
      "Could not find 'y'",
      "Could not find 'z'",
      "Could not find 'w'",
    ]);
  });

  test('ambiguous YAML around a template is explained', () => {
    const error = errorOf('stages:\n  a:\n    cmd: x\n    outs: [o${item}]\n');
    expect(error).toMatchObject({
      code: 'MLO_PIPELINE_SYNTAX',
      problems: [{ line: 4, hint: 'Inside [ ] and { }, put text with ${…} in quotes.' }],
    });
  });
});

describe('vars', () => {
  test('params.yaml beside the file is in the context without being named', () => {
    expect(
      commandText(onlyStage({ 'sub/dvc.yaml': 'stages: {s: {cmd: "${a}"}}', 'sub/params.yaml': 'a: in sub', 'params.yaml': 'a: in root' })),
    ).toBe('in sub');
  });

  test('files, chosen keys of files and maps are merged', () => {
    const stage = onlyStage({
      'pipeline.yaml': 'vars: [v.yaml, "w.json:a,b", {m: {x: 1}}, {m: {y: 2}}]\nstages: {s: {cmd: "${v} ${a} ${b} ${m.x}${m.y}"}}',
      'v.yaml': 'v: V',
      'w.json': '{"a": 1.0, "b": true, "v": "not chosen"}',
    });
    expect(commandText(stage)).toBe('V 1.0 true 12');
  });

  test('the vars of a stage are its own, relative to its wdir', () => {
    const stages = load({
      'pipeline.yaml':
        'vars: [{d: sub}]\nstages:\n  a: {vars: [{q: 5}, v.yaml], wdir: "${d}", cmd: "${q} ${v}"}\n  b: {vars: [{q: 6}], cmd: "only ${q}"}\n',
      'sub/v.yaml': 'v: V',
    }).pipeline.stages;
    expect(stages.map(commandText)).toEqual(['5 V', 'only 6']);
  });

  test('a file may be named wholly more than once', () => {
    expect(
      commandText(
        onlyStage({
          'pipeline.yaml': 'vars: [v.yaml, v.yaml, params.yaml]\nstages: {s: {cmd: "${v}"}}',
          'v.yaml': 'v: V',
          'params.yaml': 'p: 1',
        }),
      ),
    ).toBe('V');
  });

  test.each([
    ['[{a: {b: 1}}, {a: {b: 2}}]', "cannot redefine 'a.b' from 'vars[1]' as it already exists in 'vars[0]'"],
    ['[{lr: 2}]', "cannot redefine 'lr' from 'vars[0]' as it already exists in 'params.yaml'"],
    ['[v.yaml, {a: {b: {c: 1}}}]', "cannot redefine 'a.b' from 'vars[1]' as it already exists in 'v.yaml'"],
    ['[{a: {x: 1}}, {a: {y: 1}}, {a: {y: 1}}]', "cannot redefine 'a.y' from 'vars[2]' as it already exists in 'vars[1]'"],
    ['[{a: 1}, v.yaml]', "cannot redefine 'a' from 'v.yaml' as it already exists in 'vars[0]'"],
    ['["params.yaml:lr"]', "cannot partially load 'params.yaml:lr' as it's already loaded."],
    ['["v.yaml:a", v.yaml]', "cannot load 'v.yaml' as it's partially loaded already"],
    ['["v.yaml:a", "v.yaml:c,a"]', "cannot load 'v.yaml:c,a' as it's partially loaded already"],
    ['["v.yaml:nope"]', "could not find 'nope' in 'v.yaml'"],
    ['[gone.yaml]', "'gone.yaml' does not exist"],
    ['[../v.yaml]', "'../v.yaml' is outside the project"],
    ["[{a: '${b}'}]", 'interpolating is not allowed'],
  ])('case 45: vars: %s is refused', (vars, message) => {
    const files = { 'pipeline.yaml': `vars: ${vars}\nstages: {s: {cmd: x}}`, 'params.yaml': 'lr: 1', 'v.yaml': 'a: {b: 1}\nc: 1' };
    expect(problemsOf(files).map((problem) => problem.message)).toEqual([`failed to parse 'vars' in 'pipeline.yaml': ${message}`]);
  });

  test('a conflict points at the key', () => {
    expect(placeOf(problemsOf('vars:\n  - a: 1\n  - b: 2\n    a: 3\nstages: {}')[0])).toBe('pipeline.yaml:4:5:a');
  });

  test('a stage cannot overwrite a global var', () => {
    expect(problemsOf('vars: [{a: 1}]\nstages: {s: {vars: [{a: 2}], cmd: x}}')[0]?.message).toBe(
      "failed to parse 'stages.s.vars' in 'pipeline.yaml': cannot redefine 'a' from 's.vars[0]' as it already exists in 'vars[0]'",
    );
  });

  test('item cannot be a var of a foreach stage', () => {
    expect(problemsOf('stages: {s: {foreach: [1], do: {vars: [{item: 2}], cmd: x}}}')[0]?.message).toContain(
      "attempted to modify reserved key 'item'",
    );
  });

  test('an unreadable params.yaml is told when templates need it, and only then', () => {
    expect(errorOf({ 'pipeline.yaml': 'stages: {s: {cmd: "${a}"}}', 'params.yaml': 'a: [' })).toMatchObject({
      code: 'MLO_PARAMS',
      problems: [{ file: 'params.yaml', line: 1 }],
    });
    expect(load({ 'pipeline.yaml': 'stages: {s: {cmd: a}}', 'params.yaml': 'a: [' }).sources).toEqual(['pipeline.yaml']);
  });

  test('params.py as vars is refused with a clear sentence', () => {
    expect(problemsOf({ 'pipeline.yaml': 'vars: [p.py]\nstages: {}', 'p.py': 'a = 1' })[0]?.message).toContain('Python are not read');
  });

  test('a pipeline that uses templates names params.yaml among its sources, also when it is missing', () => {
    expect(load('vars: [{a: x}]\nstages: {s: {cmd: "${a}"}}').sources).toEqual(['pipeline.yaml', 'params.yaml']);
  });

  test('a date kills nothing', () => {
    expect(commandWith('${d}', 'd: 2020-01-01\nx: 2020-01-01T10:00:00Z')).toBe('2020-01-01');
  });
});
