import { describe, expect, test } from 'vitest';
import { MloError } from '../../../src/core/errors/mlo-error.ts';
import { buildGraph, inspectGraph } from '../../../src/core/graph/build.ts';
import type { Stage } from '../../../src/core/stage.ts';
import { stage } from '../../helpers/stages.ts';

function problemsOf(stages: readonly Stage[]): readonly string[] {
  try {
    buildGraph(stages);
  } catch (error) {
    if (error instanceof MloError) return error.problems.map((problem) => problem.message);
    throw error;
  }
  return [];
}

const names = (stages: readonly Stage[]): readonly string[] => stages.map((each) => each.name);

describe('the graph of stages', () => {
  test('orders every stage after those whose outs it reads', () => {
    const graph = buildGraph([
      stage('c', { deps: ['b.out'] }),
      stage('b', { deps: ['a.out'], outs: ['b.out'] }),
      stage('a', { outs: ['a.out'] }),
    ]);
    expect(names(graph.order)).toEqual(['a', 'b', 'c']);
    expect(graph.upstream.get('c')).toEqual(['b']);
    expect(graph.downstream.get('a')).toEqual(['b']);
  });

  test('keeps the order of definition where nothing depends on anything', () => {
    expect(names(buildGraph([stage('z'), stage('m'), stage('a')]).order)).toEqual(['z', 'm', 'a']);
  });

  test('case 12: connects a dep inside an out folder, and a dep folder that holds outs', () => {
    const inside = buildGraph([stage('read', { deps: ['data/x/y.csv'] }), stage('write', { outs: ['data'] })]);
    expect(inside.upstream.get('read')).toEqual(['write']);
    const around = buildGraph([
      stage('read', { deps: ['data'] }),
      stage('one', { outs: ['data/1'] }),
      stage('two', { outs: ['data/2/deep'] }),
    ]);
    expect(around.upstream.get('read')).toEqual(['one', 'two']);
  });

  test('does not take a common prefix of names for a folder', () => {
    expect(buildGraph([stage('read', { deps: ['data-2'] }), stage('write', { outs: ['data'] })]).upstream.get('read')).toEqual([]);
  });

  test('case 16: a frozen stage is disconnected from its deps', () => {
    const graph = buildGraph([
      stage('a', { outs: ['a'] }),
      stage('b', { deps: ['a'], outs: ['b'], frozen: true }),
      stage('c', { deps: ['b'] }),
    ]);
    expect(graph.upstream.get('b')).toEqual([]);
    expect(graph.upstream.get('c')).toEqual(['b']);
  });

  test('case 31: shows a cycle as a path of stages', () => {
    const [problem] = problemsOf([
      stage('a', { deps: ['c'], outs: ['a'] }),
      stage('b', { deps: ['a'], outs: ['b'] }),
      stage('c', { deps: ['b'], outs: ['c'] }),
    ]);
    expect(problem).toMatch(/cycle: (a → b → c → a|b → c → a → b|c → a → b → c)$/);
  });

  test('finds a cycle that no first stage leads into', () => {
    expect(
      problemsOf([stage('start', { outs: ['s'] }), stage('x', { deps: ['y'], outs: ['x'] }), stage('y', { deps: ['x'], outs: ['y'] })]),
    ).toHaveLength(1);
  });

  test('case 32: refuses a path that is dep and out of one stage', () => {
    expect(problemsOf([stage('a', { deps: ['x'], outs: ['x'] })])).toContain("Stage 'a': 'x' is specified as an out and as a dep");
  });

  test('refuses a dep on the whole project of a stage that writes into it', () => {
    expect(problemsOf([stage('a', { deps: ['.'], outs: ['x'] })])).toEqual(["Stage 'a': dep '.' and its own out 'x' overlap"]);
    expect(problemsOf([stage('a', { deps: ['.'] })])).toEqual([]);
  });

  test('case 32: refuses the same path twice', () => {
    expect(problemsOf([stage('a', { deps: ['x', 'x'] })])).toEqual(["Stage 'a': dep 'x' is specified more than once"]);
  });

  test('case 33: refuses one out in two stages and names both', () => {
    expect(problemsOf([stage('a', { outs: ['o'] }), stage('b', { outs: ['o'] })])).toEqual([
      "Out 'o' is specified in stage 'a' and in stage 'b'",
    ]);
  });

  test('case 34: refuses an out inside another out', () => {
    expect(problemsOf([stage('a', { outs: ['d'] }), stage('b', { outs: ['d/x'] })])).toEqual([
      "Outs 'd' (stage 'a') and 'd/x' (stage 'b') overlap",
    ]);
  });

  test('case 35: refuses an out that holds the pipeline file', () => {
    expect(problemsOf([stage('a', { file: 'sub/pipeline.yaml', outs: ['sub'] })])[0]).toContain(
      "contains its own pipeline file 'sub/pipeline.yaml'",
    );
  });

  test('refuses outs in places that belong to Git and mlo', () => {
    expect(problemsOf([stage('a', { outs: ['.mlo/x', '.git'] })])).toHaveLength(2);
    const whole = "Stage 'a': out '.' is the whole project";
    expect(problemsOf([stage('a', { outs: ['.'] })])).toEqual([whole]);
    expect(problemsOf([stage('a', { outs: ['.'] }), stage('b', { outs: ['x/y'] })])).toEqual([
      whole,
      "Outs '.' (stage 'a') and 'x/y' (stage 'b') overlap",
    ]);
  });

  test('refuses outs that are files of mlo, Git or DVC, or the params of their own stage', () => {
    for (const path of ['pipeline.lock', 'sub/dvc.mlo.lock', '.gitignore', 'x.mlo', 'sub/.git/x'])
      expect(problemsOf([stage('a', { outs: [path] })])).toHaveLength(1);
    expect(problemsOf([stage('a', { outs: ['params.yaml'], params: ['lr'] })])[0]).toContain('where its params come from');
  });

  test('tells every cycle', () => {
    const pair = (a: string, b: string) => [stage(a, { deps: [b], outs: [a] }), stage(b, { deps: [a], outs: [b] })];
    const found = problemsOf([...pair('a', 'b'), stage('leads', { deps: ['a'] }), ...pair('c', 'd')]);
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/a → b → a|b → a → b/);
    expect(found[1]).toMatch(/c → d → c|d → c → d/);
  });

  test('tells all problems at once', () => {
    expect(problemsOf([stage('a', { deps: ['x', 'x'], outs: ['o'] }), stage('b', { outs: ['o'] })])).toHaveLength(2);
  });

  test('connects a module and a params file that another stage makes, but no stage to itself', () => {
    const graph = buildGraph([
      stage('code', { outs: ['gen'] }),
      stage('tune', { outs: ['params.yaml'] }),
      stage('data', { outs: ['d'] }),
      stage('train', {
        deps: ['d'],
        params: ['lr'],
        outs: ['model'],
        action: { kind: 'module', path: 'gen/train.ts', declared: 'gen/train.ts' },
      }),
      stage('own', { outs: ['own'], action: { kind: 'module', path: 'own/x.ts', declared: 'own/x.ts' } }),
    ]);
    expect(graph.upstream.get('train')).toEqual(['data', 'code', 'tune']);
    expect(graph.upstream.get('own')).toEqual([]);
  });

  test('connects a dep on the whole project with everything that is made in it', () => {
    const graph = buildGraph([stage('a', { outs: ['z'] }), stage('b', { outs: ['a/b'] }), stage('all', { deps: ['.'] })]);
    expect(graph.upstream.get('all')?.toSorted()).toEqual(['a', 'b']);
  });

  test('finds the outs in a folder among many beside it, whatever their order', () => {
    const paths = ['m/z', 'd', 'm.x', 'm/a', 'b', 'n', 'm-1', 'a', 'm/b/c', 'l/q', 'z/z', 'c'];
    for (let turn = 0; turn < paths.length; turn += 1) {
      const turned = [...paths.slice(turn), ...paths.slice(0, turn)];
      const graph = buildGraph([stage('read', { deps: ['m'] }), ...turned.map((path) => stage(path, { outs: [path] }))]);
      expect(graph.upstream.get('read')).toEqual(['m/a', 'm/b/c', 'm/z']);
      expect(graph.outs.touching('l').map(({ out }) => out.path)).toEqual(['l/q']);
    }
  });

  test('an out of one letter covers what lies in it', () => {
    const graph = buildGraph([stage('w', { outs: ['d'] }), stage('r', { deps: ['d/e/f'] })]);
    expect(graph.upstream.get('r')).toEqual(['w']);
    expect(graph.outs.covering('d/e')?.out.path).toBe('d');
    expect([graph.outs.above('d'), graph.outs.covering('/x'), graph.outs.at('x')]).toEqual([undefined, undefined, []]);
  });

  test('a problem has a code, and a cycle the place of the stage that it is shown from', () => {
    const at = (line: number) => ({ file: 'sub/pipeline.yaml', line, column: 3 });
    const cycle = [
      stage('a', { deps: ['c'], outs: ['a'], at: at(7) }),
      stage('b', { deps: ['a'], outs: ['b'], at: at(8) }),
      stage('c', { deps: ['b'], outs: ['c'], at: at(9) }),
    ];
    const { fault } = inspectGraph(cycle);
    expect(fault?.code).toBe('MLO_GRAPH');
    expect(() => buildGraph(cycle)).toThrow(fault);
    expect(fault?.problems).toEqual([expect.objectContaining({ message: 'The stages form a cycle: b → c → a → b', ...at(8) })]);
  });

  test('shows of a cycle only what is in it', () => {
    const [problem, ...others] = problemsOf([
      stage('leads', { deps: ['a'], outs: ['l'] }),
      stage('a', { deps: ['b', 'free'], outs: ['a'] }),
      stage('b', { deps: ['free', 'a'], outs: ['b'] }),
      stage('source', { outs: ['free'] }),
    ]);
    expect(problem).toMatch(/cycle: (a → b → a|b → a → b)$/);
    expect(others).toEqual([]);
  });

  test('is no cycle where several ways lead to one stage', () => {
    const graph = buildGraph([
      stage('d', { deps: ['b', 'c', 'a'] }),
      stage('b', { deps: ['a'], outs: ['b'] }),
      stage('c', { deps: ['b', 'a'], outs: ['c'] }),
      stage('a', { outs: ['a'] }),
    ]);
    expect(names(graph.order)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('refuses an out in a dep of its own stage, and a dep in an out of it', () => {
    expect(problemsOf([stage('a', { deps: ['d'], outs: ['x', 'd/o'] })])).toEqual(["Stage 'a': dep 'd' and its own out 'd/o' overlap"]);
    expect(problemsOf([stage('a', { deps: ['d/i'], outs: ['x', 'd'] })])).toEqual(["Stage 'a': dep 'd/i' and its own out 'd' overlap"]);
    expect(problemsOf([stage('a', { deps: ['d'], outs: ['d2', 'e/d'] })])).toEqual([]);
  });

  test('takes a chain of 20,000 stages without recursion', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) =>
      stage(`s${index}`, { deps: index === 0 ? [] : [`o${index - 1}`], outs: [`o${index}`] }),
    );
    expect(names(buildGraph(chain.toReversed()).order)[0]).toBe('s0');
  });
});
