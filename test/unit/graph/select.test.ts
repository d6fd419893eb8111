import { describe, expect, test } from 'vitest';
import { buildGraph, inspectGraph } from '../../../src/core/graph/build.ts';
import { findTarget, selectStages, type Selection } from '../../../src/core/graph/select.ts';
import type { MloError } from '../../../src/core/errors/mlo-error.ts';
import { stage } from '../../helpers/stages.ts';

const diamond = buildGraph([
  stage('A', { outs: ['a'] }),
  stage('B', { deps: ['a'], outs: ['b'] }),
  stage('C', { deps: ['a'], outs: ['c/file'] }),
  stage('D', { deps: ['b', 'c/file'], outs: ['d'] }),
  stage('E', { deps: ['d'] }),
  stage('build@linux', { group: 'build' }),
  stage('build@mac', { group: 'build' }),
]);

function select(selection: Partial<Selection>): readonly string[] {
  return selectStages(diamond, { targets: [], file: 'pipeline.yaml', ...selection }).map((each) => each.name);
}

describe('selecting stages', () => {
  test('a target brings everything it needs, in order', () => {
    expect(select({ targets: ['D'] })).toEqual(['A', 'B', 'C', 'D']);
    // Also where a part of it is a target itself.
    expect(select({ targets: ['B', 'D'] })).toEqual(['A', 'B', 'C', 'D']);
  });

  test('case 23: --downstream takes the target and everything after it', () => {
    expect(select({ targets: ['B'], downstream: true })).toEqual(['B', 'D', 'E']);
    expect(select({ targets: ['A'], downstream: true })).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  test('case 24: --single-item takes only the targets, in the order given', () => {
    expect(select({ targets: ['E', 'A'], singleItem: true })).toEqual(['E', 'A']);
  });

  test('an out path, a path inside it and a foreach group are targets too', () => {
    expect(select({ targets: ['./c/file'] })).toEqual(['A', 'C']);
    expect(select({ targets: ['build'] })).toEqual(['build@linux', 'build@mac']);
  });

  test('--glob matches names', () => {
    expect(select({ targets: ['build@*'], glob: true })).toEqual(['build@linux', 'build@mac']);
    expect(() => select({ targets: ['build@*'] })).toThrow("'build@*' is neither");
  });

  test('case 29: an unknown target is an error that suggests the nearest name', () => {
    expect(() => select({ targets: ['build@linx'] })).toThrow(
      expect.objectContaining({ code: 'MLO_TARGET', hint: "Did you mean 'build@linux'?" }),
    );
  });

  test('in an out that is the whole project nothing is a target', () => {
    const { graph } = inspectGraph([stage('a', { outs: ['.'] })]);
    expect(() => findTarget(graph, 'x', 'pipeline.yaml')).toThrow("'x' is neither");
  });

  test('no targets means the stages of the file here and what they need', () => {
    const graph = buildGraph([
      stage('a', { outs: ['a'] }),
      stage('other'),
      stage('sub/pipeline.yaml:b', { name: 'b', file: 'sub/pipeline.yaml', deps: ['a'] }),
    ]);
    const chosen = selectStages(graph, { targets: [], file: 'sub/pipeline.yaml' });
    expect(chosen.map((each) => each.address)).toEqual(['a', 'sub/pipeline.yaml:b']);
  });
});

describe('selecting stages of several files', () => {
  const below = (name: string, parts: Parameters<typeof stage>[1] = {}): ReturnType<typeof stage> =>
    stage(name, { address: `sub/pipeline.yaml:${name}`, file: 'sub/pipeline.yaml', ...parts });
  const graph = buildGraph([
    stage('train', { outs: ['model'] }),
    below('train', { outs: ['sub/model'] }),
    stage('eval@a', { group: 'eval' }),
    below('eval@b', { group: 'eval' }),
    stage('only@c', { group: 'only' }),
    stage('both'),
    below('both@d', { group: 'both' }),
    stage('alone', { address: 'one/pipeline.yaml:alone', file: 'one/pipeline.yaml' }),
  ]);
  const from = (file: string, target: string, glob = false): readonly string[] =>
    findTarget(graph, target, file, glob).map((each) => each.address);

  test.each([
    ['the stage of the file here', 'sub/pipeline.yaml', 'train', ['sub/pipeline.yaml:train']],
    ['that of the root file there', 'pipeline.yaml', 'train', ['train']],
    ['the group of the file here', 'sub/pipeline.yaml', 'eval', ['sub/pipeline.yaml:eval@b']],
    ['the group of the file here before a stage of the root file', 'sub/pipeline.yaml', 'both', ['sub/pipeline.yaml:both@d']],
    ['that of the root file where there is none here', 'sub/pipeline.yaml', 'only', ['only@c']],
    ['a stage of the root file where there is none here', 'sub/pipeline.yaml', 'eval@a', ['eval@a']],
    ['a stage of another file by its address', 'pipeline.yaml', 'sub/pipeline.yaml:train', ['sub/pipeline.yaml:train']],
    ['a stage of the file here by its address', 'sub/pipeline.yaml', 'sub/pipeline.yaml:train', ['sub/pipeline.yaml:train']],
    ['the only stage of a file by its path', 'pipeline.yaml', 'one/pipeline.yaml', ['one/pipeline.yaml:alone']],
    ['the group of another file by its address', 'pipeline.yaml', 'sub/pipeline.yaml:eval', ['sub/pipeline.yaml:eval@b']],
    [
      'all stages of a file by its path',
      'pipeline.yaml',
      'sub/pipeline.yaml',
      ['sub/pipeline.yaml:train', 'sub/pipeline.yaml:eval@b', 'sub/pipeline.yaml:both@d'],
    ],
  ])('a target means %s', (_what, file, target, addresses) => {
    expect(from(file, target).toSorted()).toEqual(addresses.toSorted());
  });

  test('--glob matches names of the file here, addresses of all, and falls back to paths', () => {
    expect(from('sub/pipeline.yaml', 't*', true)).toEqual(['train', 'sub/pipeline.yaml:train']);
    expect(from('pipeline.yaml', 't*', true)).toEqual(['train']);
    expect(from('pipeline.yaml', 'sub/model', true)).toEqual(['sub/pipeline.yaml:train']);
  });

  test('what is not known names at most eight stages, those of the file here first', () => {
    const hintOf = (count: number): unknown => {
      const many = buildGraph([...Array.from({ length: count }, (_, index) => stage(`s${index}`)), below('here')]);
      try {
        return findTarget(many, 'something quite different', 'sub/pipeline.yaml');
      } catch (error) {
        return (error as MloError).hint;
      }
    };
    expect(hintOf(7)).toBe('Stages: sub/pipeline.yaml:here, s0, s1, s2, s3, s4, s5, s6');
    expect(hintOf(8)).toBe('Stages: sub/pipeline.yaml:here, s0, s1, s2, s3, s4, s5, s6, …');
    expect(() => findTarget(buildGraph([]), 'a', 'pipeline.yaml')).toThrow(
      expect.objectContaining({
        message: "'a' is neither a stage of 'pipeline.yaml' nor an out of any stage",
        hint: "'pipeline.yaml' defines no stages.",
      }) as Error,
    );
  });
});
