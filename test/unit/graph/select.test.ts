import { describe, expect, test } from 'vitest';
import { buildGraph } from '../../../src/core/graph/build.ts';
import { selectStages, type Selection } from '../../../src/core/graph/select.ts';
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
