import { describe, expect, test } from 'vitest';
import { inspectPipeline, type InspectedPipeline } from '../../../src/core/pipeline/load.ts';
import { mayWrite } from '../../../src/core/pipeline/maybe-written.ts';
import { errorOf, messagesIn, placeOf, problemsIn, type Files } from './pipeline-files.ts';

function inspect(files: Files): InspectedPipeline {
  return inspectPipeline({ files: Object.keys(files).filter((path) => path.endsWith('pipeline.yaml')), readText: (path) => files[path] });
}

const names = (inspected: InspectedPipeline): readonly string[] => inspected.pipeline.stages.map((stage) => stage.address);

describe('a pipeline that is partly wrong', () => {
  test('keeps the stages that are right', () => {
    const inspected = inspect({
      'pipeline.yaml': `stages:
  good: {cmd: a, outs: [good]}
  shape: {cmd: a, frozen: 1, outs: [shape]}
  typo: {cmd: a, depss: [x]}
  template: {cmd: 'echo \${nope}', outs: [template]}
  some: {foreach: [1, 2], do: {cmd: 'a \${item.x}', outs: ['o\${item}']}}
  all: {foreach: [1, 2], do: {cmd: a, outs: ['all\${item}']}}
`,
    });
    expect(names(inspected)).toEqual(['good', 'all@1', 'all@2']);
    expect(inspected.fault?.code).toBe('MLO_PIPELINE_INVALID');
    expect(inspected.maybeWritten).toEqual(['shape', 'template', 'o1', 'o2']);
  });

  test.each([
    ['outs that cannot be resolved', "stages: {s: {cmd: a, outs: ['${nope}']}}"],
    ['outs of the wrong shape', 'stages: {s: {cmd: a, outs: 3}}'],
    ['a key that may mean outs', 'stages: {s: {cmd: a, outz: [x]}}'],
    ['a wdir outside the project', 'stages: {s: {cmd: a, wdir: .., outs: [x]}}'],
    ['items that are not known', "stages: {s: {foreach: '${nope}', do: {cmd: a, outs: [x]}}}"],
    ['no map', 'stages: {s: [a]}'],
    ['stages in a list', 'stages: [{cmd: a, outs: [x]}]'],
    ['stages under another key', 'stage: {s: {cmd: a, outs: [x]}}'],
    ['no YAML', 'stages: {'],
  ])('may write anything with %s', (_what, text) => {
    expect(inspect({ 'pipeline.yaml': text }).maybeWritten).toBe('anything');
  });

  test.each([
    ['a key that means nothing known', 'stages: {s: {cmd: a, products: [x], outs: [o]}}', ['o']],
    ['a key that means nothing known and no outs', 'stages: {s: {cmd: a, products: [x]}}', []],
    ['cmd, deps and params that cannot be resolved', "stages: {s: {cmd: '${n}', deps: ['${n}'], params: ['${n}'], outs: [o]}}", ['o']],
    ['vars that cannot be loaded, and plain outs', "stages: {s: {cmd: '${n}', vars: [gone.yaml], outs: [o]}}", ['o']],
  ])('may write its outs only with %s', (_what, text, outs) => {
    expect(inspect({ 'pipeline.yaml': text }).maybeWritten).toEqual(outs);
  });

  test('what may be written may be read in part, and as part of a folder', () => {
    expect(['a', 'a/b', 'a/b/c', 'ab', 'x'].map((path) => mayWrite(['a/b'], path))).toEqual([true, true, true, false, false]);
    expect(mayWrite('anything', 'x')).toBe(true);
    expect(mayWrite([], 'x')).toBe(false);
  });

  test('its right stages are looked at as a graph, and all is told in one error', () => {
    const error = errorOf(`stages:
  typo: {cmd: a, descc: x}
  one: {cmd: a, outs: [same]}
  two: {cmd: a, outs: [same]}
  x: {cmd: a, deps: [y], outs: [x]}
  y: {cmd: a, deps: [x], outs: [y]}
`);
    expect(error.code).toBe('MLO_PIPELINE_INVALID');
    expect(error.problems.map(({ code, line }) => [code, line])).toEqual([
      [undefined, 2],
      ['MLO_GRAPH', 4],
      ['MLO_GRAPH', 6],
    ]);
  });

  test('params.yaml that cannot be parsed leaves the stages that need no value of it', () => {
    const inspected = inspect({
      'pipeline.yaml': "stages:\n  plain: {cmd: a, outs: [p]}\n  other: {cmd: 'echo ${x}'}\n  wrong: {cmd: a, deps: [/abs]}\n",
      'params.yaml': 'a: [1\n',
    });
    expect(names(inspected)).toEqual(['plain']);
    expect(inspected.fault?.problems.map(({ file }) => file)).toEqual(['params.yaml', 'pipeline.yaml']);
  });

  test('every problem of a file keeps its own code', () => {
    const { problems } = errorOf("stages:\n  a: {cmd: a, frozen: 1}\n  b: {cmd: 'echo ${nope}'}\n");
    expect(problems.map(({ code }) => code)).toEqual([undefined, 'MLO_TEMPLATE']);
  });
});

describe('several ${} in one text', () => {
  test('are all told, those that cannot be parsed and those that are not there', () => {
    const problems = problemsIn('cmd: echo ${a} ${b.} ${c} ${a}');
    expect(problems.map(placeOf)).toEqual(['pipeline.yaml:3:15:$', 'pipeline.yaml:3:24:}', 'pipeline.yaml:3:26:$', 'pipeline.yaml:3:31:$']);
  });

  test('are told where each stands in text of several lines', () => {
    const problems = problemsIn('cmd: |\n  echo ${a}\n      ${a}\n  ${a}');
    expect(problems.map(placeOf)).toEqual(['pipeline.yaml:4:12:$', 'pipeline.yaml:5:11:$', 'pipeline.yaml:6:7:$']);
  });

  test('in several fields are all told', () => {
    expect(messagesIn('cmd: echo ${a.}\ndeps: ["${b}"]\nouts: ["${c.}"]')).toHaveLength(3);
  });

  test('in wdir do not lead to a file of vars that is sought elsewhere', () => {
    expect(messagesIn('cmd: a\nwdir: ${nope}\nvars: [own.yaml]', { 'sub/own.yaml': 'a: 1' })).toEqual([
      "failed to parse 'stages.s.wdir' in 'pipeline.yaml': Could not find 'nope'",
    ]);
  });
});

describe('the hint at a value of the wrong type', () => {
  test.each([
    ['frozen: 1', 'Write it as true, without quotes.'],
    ["frozen: 'no'", 'Write it as false, without quotes.'],
    ['frozen: maybe', 'Write true or false.'],
    ["resources: {cpus: '2'}", 'Write it without quotes: 2.'],
    ['resources: {cpus: true}', undefined],
    ['timeout: true', undefined],
    ['deps: 3', 'Write it as a list: ["3"].'],
    ['deps: data', 'Write it as a list: [data].'],
    ['deps: [3]', 'Put it in quotes: "3".'],
    ['desc: 3', 'Put it in quotes: "3".'],
    ['matrix: 3', undefined],
  ])('%s', (line, hint) => {
    const [problem] = problemsIn(`cmd: a\n${line}`);
    expect(problem?.hint).toBe(hint);
  });

  test('an unknown key inside do is compared with the keys of a stage', () => {
    const hints = (text: string) => problemsIn(text).map(({ hint }) => hint);
    expect(hints('foreach: [1]\ndo: {cmd: a, outz: [x]}')).toEqual(["Did you mean 'outs'?"]);
    expect(hints('foreach: [1]\ndo: {cmd: a, matrix: {x: [1]}}')).toEqual(["'matrix' stands beside 'cmd', not inside 'do'."]);
    expect(hints('foreach: [1]\ndo: {cmd: a}\nouts: [x]')).toEqual(["Beside 'foreach' there is only 'do': move 'outs' into 'do'."]);
  });
});
