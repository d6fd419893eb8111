import { describe, expect, it } from 'vitest';
import type { Pipeline, Stage } from '../../../src/core/stage.ts';
import { diffFiles } from '../../../src/core/metrics/diff-files.ts';
import { parseMetricsText } from '../../../src/core/metrics/parse.ts';
import { metricFiles } from '../../../src/app/values/metrics.ts';
import { selectFiles } from '../../../src/app/values/params.ts';
import { errorOf } from '../../contract/tracking/records.ts';

describe('a metrics file', () => {
  it('gives its leaves by dotted key, from JSON and YAML alike', () => {
    const expected = { accuracy: 0.93, 'iris.setosa.f1': 1, name: 'svm', converged: true };
    expect(parseMetricsText('m.json', '{"accuracy": 0.93, "iris": {"setosa": {"f1": 1}}, "name": "svm", "converged": true}')).toEqual(
      expected,
    );
    expect(parseMetricsText('m.yaml', 'accuracy: 0.93\niris:\n  setosa: {f1: 1}\nname: svm\nconverged: true\n')).toEqual(expected);
  });

  it('may be one number', () => {
    expect(parseMetricsText('accuracy.txt', '0.93\n')).toBe(0.93);
    expect(parseMetricsText('accuracy.json', '0.93')).toBe(0.93);
  });

  it('keeps NaN, the infinities and long integers', () => {
    expect(parseMetricsText('m.yaml', 'a: .nan\nb: -.inf\nc: 12345678901234567890\n')).toEqual({
      a: Number.NaN,
      b: -Infinity,
      c: 12345678901234567890n,
    });
  });

  it('has no metrics in lists, nulls, text or nothing', () => {
    expect(parseMetricsText('m.json', '{"roc": [0.1, 0.2], "none": null, "map": {}}')).toEqual({});
    expect(parseMetricsText('m.json', '[1, 2]')).toEqual({});
    expect(parseMetricsText('m.csv', 'a,b\n1,2\n')).toEqual({});
    expect(parseMetricsText('m.json', '')).toEqual({});
  });

  it('that is broken is an error with the place', () => {
    const error = errorOf(() => parseMetricsText('reports/m.json', '{"a": 1,\n "b": }'));
    expect(error.code).toBe('MLO_PARAMS');
    expect(error.message).toContain('reports/m.json');
    expect(error.problems[0]).toMatchObject({ file: 'reports/m.json', line: 2 });
  });
});

describe('the difference of two sets of files', () => {
  const changes = { change: true, all: false };

  it('is what changed, with the change of numbers, by file and key', () => {
    expect(
      diffFiles({ 'b.json': { z: 1, a: 2, same: 3 }, 'a.yaml': 0.5 }, { 'b.json': { z: 1.5, a: 'two', same: 3 }, 'a.yaml': 0.25 }, changes),
    ).toEqual([
      { file: 'a.yaml', key: '', old: 0.5, new: 0.25, change: -0.25 },
      { file: 'b.json', key: 'a', old: 2, new: 'two' },
      { file: 'b.json', key: 'z', old: 1, new: 1.5, change: 0.5 },
    ]);
  });

  it('shows keys and files of one side as added and removed', () => {
    expect(diffFiles({ old: { a: 1 }, both: { gone: 1 } }, { both: { fresh: { deep: 2 } }, young: 3 }, changes)).toEqual([
      { file: 'both', key: 'fresh.deep', new: 2 },
      { file: 'both', key: 'gone', old: 1 },
      { file: 'old', key: 'a', old: 1 },
      { file: 'young', key: '', new: 3 },
    ]);
  });

  it('takes NaN as equal to NaN, and has no change where it would not be finite', () => {
    expect(diffFiles({ m: { a: Number.NaN, b: Number.NaN, c: Infinity } }, { m: { a: Number.NaN, b: 1, c: 2 } }, changes)).toEqual([
      { file: 'm', key: 'b', old: Number.NaN, new: 1 },
      { file: 'm', key: 'c', old: Infinity, new: 2 },
    ]);
  });

  it('tells 1 from "1" and compares lists whole', () => {
    expect(diffFiles({ m: { a: 1, l: [1, 2], n: null } }, { m: { a: '1', l: [1, 3], n: null } }, changes)).toEqual([
      { file: 'm', key: 'a', old: 1, new: '1' },
      { file: 'm', key: 'l', old: [1, 2], new: [1, 3] },
    ]);
  });

  it('has equal leaves too, and no change, where asked', () => {
    expect(diffFiles({ m: { a: 1, b: 2 } }, { m: { a: 1, b: 3 } }, { change: false, all: true })).toEqual([
      { file: 'm', key: 'a', old: 1, new: 1 },
      { file: 'm', key: 'b', old: 2, new: 3 },
    ]);
  });

  it('works with integers beyond 2^53 and with keys that objects have by nature', () => {
    expect(diffFiles({}, { constructor: 1 }, changes)).toEqual([{ file: 'constructor', key: '', new: 1 }]);
    expect(diffFiles({ m: { a: 2n ** 64n } }, { m: { a: 2n ** 64n + 5n } }, changes)).toEqual([
      { file: 'm', key: 'a', old: 2n ** 64n, new: 2n ** 64n + 5n, change: 5 },
    ]);
  });
});

describe('which files belong to a pipeline', () => {
  const at = { file: 'pipeline.yaml', line: 1, column: 1 };
  const stage = (params: Stage['params'], outs: Partial<Stage['outs'][number]>[] = []): Stage => ({ params, outs }) as unknown as Stage;
  const pipeline = (stages: Stage[], more = {}): Pipeline =>
    ({ stages, files: [{ params: [], metrics: [], ...more }] }) as unknown as Pipeline;

  it('params: params.yaml whole, the top-level ones whole, of other files the declared keys', () => {
    const found = selectFiles(
      pipeline(
        [
          stage([
            { file: 'params.yaml', keys: ['a'], at },
            { file: 'more.json', keys: ['x', 'y'], at },
          ]),
          stage([{ file: 'more.json', keys: ['y', 'z'], at }]),
        ],
        { params: ['top.yaml'] },
      ),
      { targets: [], depsOnly: false },
    );
    expect(Object.fromEntries(found)).toEqual({ 'params.yaml': null, 'top.yaml': null, 'more.json': ['x', 'y', 'z'] });
  });

  it('params with depsOnly: declared keys, a whole file where one stage declares it so', () => {
    const found = selectFiles(
      pipeline([
        stage([
          { file: 'params.yaml', keys: ['a'], at },
          { file: 'more.json', keys: ['x'], at },
        ]),
        stage([{ file: 'more.json', keys: null, at }]),
        stage([{ file: 'more.json', keys: ['y'], at }]),
      ]),
      { targets: [], depsOnly: true },
    );
    expect(Object.fromEntries(found)).toEqual({ 'params.yaml': ['a'], 'more.json': null });
  });

  it('params with targets: those, whole, and nothing else', () => {
    const found = selectFiles(pipeline([stage([{ file: 'more.json', keys: ['x'], at }])]), { targets: ['more.json'], depsOnly: false });
    expect(Object.fromEntries(found)).toEqual({ 'more.json': null });
  });

  it('metrics: those of stages and the top-level ones, each once', () => {
    const found = metricFiles(
      pipeline(
        [
          stage(
            [],
            [
              { path: 'a.json', kind: 'metric' },
              { path: 'b.bin', kind: 'out' },
              { path: 'c.csv', kind: 'plot' },
            ],
          ),
        ],
        { metrics: ['a.json', 'd.yaml'] },
      ),
    );
    expect(found).toEqual(['a.json', 'd.yaml']);
  });
});
