import { describe, expect, test } from 'vitest';
import { commandText, errorOf, load, namesOf, problemsOf, stagesOf } from './pipeline-files.ts';

test('a matrix makes more stages than a call takes arguments', () => {
  const values = JSON.stringify(Array.from({ length: 361 }, (_, index) => index));
  const stages = stagesOf(`stages: {s: {matrix: {x: ${values}, y: ${values}}, cmd: x}}`);
  expect([stages.length, stages.at(-1)?.name]).toEqual([130_321, 's@360-360']);
});

describe('case 43: foreach', () => {
  test.each([
    ['[us, uk]', ['s@us', 's@uk']],
    ['[1, 2.50, 1e-5, true, null, a/b, "x y"]', ['s@1', 's@2.5', 's@1e-05', 's@true', 's@None', 's@a/b', 's@x y']],
    ['[{a: 1}, 3]', ['s@0', 's@1']],
    ['[[1], [2]]', ['s@0', 's@1']],
    ['{us: {v: 1}, 2: {v: 2}, true: {v: 3}, 1.50: {v: 4}}', ['s@us', 's@2', 's@true', 's@1.5']],
    ['${list}', ['s@1', 's@True']],
    ['["${flag}", true]', ['s@True', 's@true']],
    ['${map}', ['s@k1', 's@k2']],
    ['${map.k1}', ['s@v']],
    ['{a: 1, "${name}": 2}', ['s@a', 's@NAME']],
  ])('of %s names its stages as DVC does', (items, names) => {
    const files = {
      'pipeline.yaml': `stages: {s: {foreach: ${items.startsWith('$') ? `"${items}"` : items}, do: {cmd: x}}}`,
      'params.yaml': 'list: [1, true]\nflag: true\nmap: {k1: {v: 1}, k2: 2}\nname: NAME',
    };
    expect(namesOf(files)).toEqual(names);
  });

  test('gives item, and key over a map', () => {
    expect(stagesOf('stages: {s: {foreach: {x: {v: 1.0}}, do: {cmd: "${key} ${item.v}", outs: ["${key}.out"]}}}')).toMatchObject([
      { name: 's@x', group: 's', action: { text: 'x 1.0' }, outs: [{ path: 'x.out' }], at: { line: 1, column: 10 } },
    ]);
    expect(stagesOf('stages: {s: {foreach: [{v: a}], do: {cmd: "${item.v} ${item}"}}}').map(commandText)).toEqual(['a --v a']);
  });

  test('has no key over a list', () => {
    expect(problemsOf('stages: {s: {foreach: [1, 2], do: {cmd: "${key}"}}}').map((problem) => problem.message)).toEqual([
      "failed to parse 'stages.s@1.cmd' in 'pipeline.yaml': Could not find 'key'",
    ]);
  });

  test('has vars of its own that may not use item in their files', () => {
    expect(stagesOf('stages: {s: {foreach: [1, 2], do: {vars: [{v: x}], cmd: "${item}${v}"}}}').map(commandText)).toEqual(['1x', '2x']);
  });

  test('warns when item hides a var', () => {
    const { warnings, pipeline } = load('vars: [{item: 1}]\nstages: {s: {foreach: [five], do: {cmd: "${item}"}}}');
    expect(warnings.map((warning) => warning.message)).toEqual([
      "item is already specified, will be overwritten for stages generated from 's'",
    ]);
    expect(pipeline.stages.map(commandText)).toEqual(['five']);
  });

  test('of nothing makes no stage, with a warning', () => {
    const { warnings, pipeline } = load('stages: {s: {foreach: [], do: {cmd: x}}}');
    expect(pipeline.stages).toEqual([]);
    expect(warnings[0]?.message).toBe("'foreach' of 's' is empty: it makes no stage");
  });

  test('of the same item twice makes one stage, with a warning', () => {
    const { warnings, pipeline } = load('stages: {s: {foreach: [a, b, a], do: {cmd: "${item}"}}}');
    expect(pipeline.stages.map((stage) => stage.name)).toEqual(['s@a', 's@b']);
    expect(warnings[0]?.message).toBe("'foreach' of 's' lists 'a' more than once; it makes one stage");
  });

  test.each([
    [
      '{foreach: "${n}", do: {cmd: x}}',
      "failed to resolve 'stages.s.foreach' in 'pipeline.yaml': expected list/dictionary, got the number 3",
    ],
    ['{foreach: "${nope}", do: {cmd: x}}', "failed to parse 'stages.s.foreach' in 'pipeline.yaml': Could not find 'nope'"],
    ['{foreach: 3, do: {cmd: x}}', 'stages.s.foreach: expected a list, a map or ${…}, found the number 3'],
    ['{foreach: [1]}', "'do' is missing in stages.s"],
    ['{do: {cmd: x}}', "'foreach' is missing in stages.s"],
    ['{foreach: [1], do: {cmd: x}, deps: [a]}', "unknown key 'deps' in stages.s"],
    ['{foreach: [1], do: {cmd: x, matrix: {a: [1]}}}', "unknown key 'matrix' in stages.s.do"],
    ['{foreach: [1], do: {desc: x}}', "stages.s.do: 'cmd' is missing"],
    ['{foreach: ["a\\nb"], do: {cmd: x}}', 'generated stage name "s@a\\nb" contains a control character'],
  ])('%s is refused', (definition, message) => {
    expect(problemsOf({ 'pipeline.yaml': `stages: {s: ${definition}}`, 'params.yaml': 'n: 3' }).map((problem) => problem.message)).toEqual([
      message,
    ]);
  });

  test('a fault is told once, not once for each of its stages', () => {
    const items = Array.from({ length: 100 }, (_, index) => index).join(', ');
    const error = errorOf(`stages: {s: {foreach: [${items}], do: {cmd: "\${nope}", outs: [../o]}}}`);
    expect(error.problems.map((problem) => problem.message)).toEqual([
      "failed to parse 'stages.s@0.cmd' in 'pipeline.yaml': Could not find 'nope'",
      "stages.s@0.outs: Cached output(s) outside of the project: '../o' is outside the project",
    ]);
  });
});

describe('case 43: matrix', () => {
  test('names are the values joined, lists and maps by index: build@win-3.7-dict0-list0', () => {
    const names = namesOf(
      'stages:\n  build:\n    matrix:\n      os: [win, linux]\n      pyv: [3.7, 3.10]\n      dict: [{arch: 1}]\n      list: [[a, b]]\n    cmd: x ${item.os}\n',
    );
    expect(names).toEqual([
      'build@win-3.7-dict0-list0',
      'build@win-3.1-dict0-list0',
      'build@linux-3.7-dict0-list0',
      'build@linux-3.1-dict0-list0',
    ]);
  });

  test('item holds the combination and key its name', () => {
    expect(
      stagesOf('stages: {b: {matrix: {m: [{a: 1}, {a: 2}], n: [x]}, cmd: "${item.m.a} ${item.n} ${key}", deps: ["${key}"]}}'),
    ).toMatchObject([
      { group: 'b', action: { text: '1 x m0-x' }, deps: [{ path: 'm0-x' }] },
      { group: 'b', action: { text: '2 x m1-x' } },
    ]);
  });

  test('keys come from templates, and a map gives its keys', () => {
    const files = {
      'pipeline.yaml': 'stages: {b: {matrix: {x: "${l}", y: {k1: 1, k2: 2}}, cmd: "${item.x} ${item.y}"}, c: {matrix: "${m}", cmd: x}}',
      'params.yaml': 'l: [1, true]\nm: {p: [1], q: [2]}',
    };
    expect(namesOf(files)).toEqual(['b@1-k1', 'b@1-k2', 'b@True-k1', 'b@True-k2', 'c@1-2']);
  });

  test('an empty list makes no stage', () => {
    expect(namesOf('stages: {b: {matrix: {x: [1], y: []}, cmd: x}}')).toEqual([]);
  });

  test('two combinations of one name would lose a stage (DVC does): refused', () => {
    expect(problemsOf('stages: {b: {matrix: {x: [a-b, a], y: [c, b-c]}, cmd: x}}').map((problem) => problem.message)).toEqual([
      "'matrix' of 'b' makes two different stages of the same name 'b@a-b-c'",
    ]);
  });

  test.each([
    ['{matrix: {x: 3}, cmd: a}', 'stages.b.matrix.x: expected a list or ${…}, found the number 3'],
    ['{matrix: {x: abc}, cmd: a}', "stages.b.matrix.x: expected a list or ${…}, found 'abc'"],
    ['{matrix: [1], cmd: a}', 'stages.b.matrix: expected a map {name: list}, found a list'],
    ['{matrix: {x: "${n}"}, cmd: a}', "failed to resolve 'stages.b.matrix.x' in 'pipeline.yaml': expected a list, got the number 3"],
    ['{matrix: {x: [1]}, foreach: [1], do: {cmd: a}}', "unknown key 'matrix' in stages.b"],
  ])('%s is refused', (definition, message) => {
    expect(problemsOf({ 'pipeline.yaml': `stages: {b: ${definition}}`, 'params.yaml': 'n: 3' }).map((problem) => problem.message)).toEqual([
      message,
    ]);
  });

  test('7 x 7 x 7 is 343 stages', () => {
    const axis = '[1, 2, 3, 4, 5, 6, 7]';
    expect(namesOf(`stages: {m: {matrix: {a: ${axis}, b: ${axis}, c: ${axis}}, cmd: x, outs: ["\${key}"]}}`)).toHaveLength(343);
  });
});
