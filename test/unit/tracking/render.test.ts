import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunsShowData } from '../../../src/app/runs-show.ts';
import { plainStyle } from '../../../src/ui/style.ts';
import { textWidth } from '../../../src/ui/format/text-width.ts';
import { runsListLines, type ListedRun } from '../../../src/ui/render/runs-list.ts';
import { runsShowLines } from '../../../src/ui/render/runs-show.ts';
import { valuesDiffLines } from '../../../src/ui/render/values-diff.ts';
import { valuesLines } from '../../../src/ui/render/values.ts';
import type { Digest } from '../../../src/core/content.ts';

beforeAll(() => void vi.stubEnv('TZ', 'UTC'));
afterAll(() => void vi.unstubAllEnvs());

const START = Date.UTC(2026, 2, 4, 5, 6, 7);

const who = { experiment: 'Default', user: 'someone', host: 'somewhere' };
const nothing = { params: {}, metrics: {}, tags: {}, artifacts: [], inputs: [], models: [], links: [], children: [] };

const listed: ListedRun[] = [
  {
    ...who,
    id: 'abcdef0123'.padEnd(32, '0'),
    name: 'repro',
    status: 'FINISHED',
    startedMs: START,
    endedMs: START + 4_200,
    command: 'mlo repro',
    git: { commit: '1'.repeat(40), branch: 'main', dirty: true },
  },
  {
    ...who,
    id: '12345678'.padEnd(32, '0'),
    name: 'train\u001b[31m',
    parentId: 'x',
    status: 'FAILED',
    reason: 'exit code 3',
    startedMs: START,
    endedMs: START + 90,
    command: 'python train.py',
  },
  { ...who, id: '87654321'.padEnd(32, '0'), name: 'repro', status: 'RUNNING', startedMs: START, command: 'mlo repro -S lr=0.1' },
];

const shown: RunsShowData = {
  ...(listed[0] as ListedRun),
  ...nothing,
  tags: { 'mlo.node': 'v24' },
  artifacts: [{ path: 'params.yaml', content: { digest: 'a'.repeat(64) as Digest, size: 1_234, kind: 'file' } }],
  links: [
    { stage: 'load', outcome: 'unchanged', producerRunId: '99999999'.padEnd(32, '0') },
    { stage: 'split', outcome: 'restored' },
  ],
  children: [
    {
      ...(listed[1] as ListedRun),
      ...nothing,
      params: { 'train.lr': 0.05, 'train.layers': [8, 4], name: 'true' },
      metrics: { accuracy: { value: 0.933333333, step: 0, points: 1 }, loss: { value: Number.NaN, step: 59, points: 60 } },
      artifacts: [{ path: 'model', content: { digest: 'b'.repeat(64) as Digest, size: 5_000, kind: 'tree', files: 2 } }],
    },
  ],
};

describe('runs list', () => {
  it('is a table of the newest runs, children indented, times of running ones until now', () => {
    expect(runsListLines({ runs: listed }, plainStyle(120), START + 60_000)).toEqual([
      'Run       Name             Status      Started                    Time  Git        Command              Reason',
      'abcdef01  repro            ✓ FINISHED  2026-03-04 05:06:07       4.2 s  11111111+  mlo repro',
      '12345678    train\\x1b[31m  ✗ FAILED    2026-03-04 05:06:07       90 ms             python train.py      exit code 3',
      '87654321  repro            ▶ RUNNING   2026-03-04 05:06:07  1 min 00 s             mlo repro -S lr=0.1',
    ]);
  });

  it('never is wider than the terminal', () => {
    for (const width of [30, 40, 60, 80, 100]) {
      for (const line of runsListLines({ runs: listed }, plainStyle(width), START)) expect(textWidth(line)).toBeLessThanOrEqual(width);
    }
  });
});

describe('runs show', () => {
  it('is the run and the tree below it with params, metrics, artifacts and links', () => {
    expect(runsShowLines(shown, plainStyle(100), START)).toEqual([
      `run         abcdef0123${'0'.repeat(22)}`,
      'command     mlo repro',
      'started     2026-03-04 05:06:07 by someone on somewhere',
      `git         ${'1'.repeat(40)} (main), with uncommitted changes`,
      'experiment  Default',
      '',
      '✓ repro  abcdef01  4.2 s',
      '    tags      mlo.node=v24',
      '    artifacts params.yaml (1.2 kB)',
      '  = load  unchanged, made by run 99999999',
      '  ↺ split  restored',
      '  ✗ train\\x1b[31m  12345678  90 ms FAILED: exit code 3',
      '      params    train.lr=0.05, train.layers=[8, 4], name="true"',
      '      metrics   accuracy=0.93333, loss=NaN (60 points, step 59)',
      '      artifacts model (2 files, 5.0 kB)',
    ]);
  });

  it('says where a series had its least and greatest value unless the last one is it, and the note above', () => {
    const loss = { value: 0.2, step: 59, points: 60, min: { value: 0.1, step: 40 }, max: { value: 2, step: 0 } };
    const accuracy = { value: 0.9, step: 59, points: 60, min: { value: 0.5, step: 0 }, max: { value: 0.9, step: 59 } };
    const lines = runsShowLines(
      { ...shown, metrics: { loss, accuracy }, tags: { 'mlflow.note.content': 'first\ntry' } },
      plainStyle(120),
      START,
    );
    expect(lines).toContain(
      '    metrics   loss=0.2 (60 points, step 59; min 0.1 at 40; max 2 at 0), accuracy=0.9 (60 points, step 59; min 0.5 at 0)',
    );
    expect(lines.filter((line) => line.includes('first'))).toEqual([expect.stringMatching(/^note +first/)]);
  });

  it('wraps between values and cuts what does not fit', () => {
    for (const width of [44, 60, 80]) {
      for (const line of runsShowLines(shown, plainStyle(width), START)) expect(textWidth(line)).toBeLessThanOrEqual(width);
    }
    const narrow = runsShowLines(shown, plainStyle(44), START);
    expect(narrow).toContain('      params    train.lr=0.05,');
    expect(narrow).toContain('                train.layers=[8, 4],');
  });
});

describe('params and metrics', () => {
  it('show: one value a line under its file, text that looks like something else quoted', () => {
    expect(
      valuesLines(
        { files: { 'params.yaml': { train: { lr: 0.1, layers: [1, 2] }, on: 'yes', empty: {} }, 'acc.txt': 0.9 } },
        'params',
        plainStyle(80),
      ),
    ).toEqual([
      'File         Key           Value',
      'params.yaml  train.lr      0.1',
      '             train.layers  [1, 2]',
      '             on            "yes"',
      '             empty         {}',
      'acc.txt                    0.9',
    ]);
    expect(valuesLines({ files: {} }, 'metrics', plainStyle(80))).toEqual(['No metrics.']);
  });

  it('diff: both sides under the names of their revisions, with the change of metrics', () => {
    const data = {
      old: 'HEAD',
      new: 'workspace',
      diffs: [
        { file: 'm.json', key: 'acc', old: 0.9, new: 0.95, change: 0.05 },
        { file: 'm.json', key: 'f1', new: 1 },
        { file: 'm.json', key: 'gone', old: 1 },
        { file: 'm.json', key: 'loss', old: 2, new: 1, change: -1 },
      ],
    };
    expect(valuesDiffLines(data, 'metrics', plainStyle(80))).toEqual([
      'File    Key   HEAD  workspace   Change',
      'm.json  acc   0.9   0.95         +0.05',
      'm.json  f1    -     1            added',
      'm.json  gone  1     -          removed',
      'm.json  loss  2     1               -1',
    ]);
    expect(valuesDiffLines({ ...data, diffs: [] }, 'params', plainStyle(80))).toEqual(['No params differ between HEAD and workspace.']);
  });
});
