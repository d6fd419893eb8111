import { describe, expect, it } from 'vitest';
import type { StageReport } from '../../../src/core/events.ts';
import { reproTable } from '../../../src/ui/render/repro-table.ts';
import type { StatusData } from '../../../src/app/types.ts';
import { planLines, statusLines } from '../../../src/ui/render/status.ts';
import { textWidth } from '../../../src/ui/format/text-width.ts';
import { plainStyle } from '../../../src/ui/style.ts';

const REPORTS: readonly StageReport[] = [
  { name: 'data_load', outcome: 'unchanged', reasons: [], durationMs: 0, savedMs: 1200 },
  { name: 'train', outcome: 'ran', reasons: [{ kind: 'param', key: 'params.yaml:train.lr', old: 0.05, new: 0.1 }], durationMs: 2100 },
  {
    name: 'evaluate',
    outcome: 'failed',
    reasons: [{ kind: 'new' }],
    durationMs: 310,
    error: { code: 'MLO_STAGE_FAILED', message: 'exit code 3\nlast output' },
  },
];

describe('the table after a repro', () => {
  it('says for each stage what happened, why, how long, and what was saved', () => {
    expect(reproTable({ stages: REPORTS, durationMs: 2500 }, plainStyle())).toEqual([
      'Stage      Outcome      Why                                Time  Saved',
      'data_load  = unchanged                                           1.2 s',
      'train      ✓ ran        params.yaml:train.lr 0.05 → 0.1   2.1 s',
      'evaluate   ✗ failed     exit code 3                      0.31 s',
      '3 stages: 1 failed, 1 ran, 1 unchanged in 2.5 s, 1.2 s saved',
    ]);
  });

  it('has the first thing of a list that an error announces, and the name of the stage only once', () => {
    const message = "Stage 'train' depends on what it does not declare:\n  stages/train.ts reads: a.csv\n  stages/train.ts reads: b.csv";
    const failed: StageReport = {
      name: 'train',
      outcome: 'failed',
      reasons: [],
      durationMs: 5,
      error: { code: 'MLO_UNDECLARED_READ', message },
    };
    expect(reproTable({ stages: [failed], durationMs: 5 }, plainStyle(120))[1]).toMatch(
      /^train +✗ failed +depends on what it does not declare: stages\/train.ts reads: a.csv \+1 more +5 ms$/,
    );
  });

  it('needs no characters beyond ASCII', () => {
    // oxlint-disable-next-line no-control-regex -- all of ASCII
    for (const line of reproTable({ stages: REPORTS, durationMs: 2500 }, plainStyle(60, false))) expect(line).toMatch(/^[\x00-\x7f]*$/);
  });

  it.each([20, 40, 80])('fits into %d columns', (width) => {
    const lines = reproTable({ stages: REPORTS, durationMs: 2500 }, plainStyle(width)).slice(0, -1);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
  });

  it('counts unchanged stages where there are many, and lists them on request', () => {
    const many = Array.from({ length: 343 }, (_, index): StageReport => ({
      name: `cell@${index}`,
      outcome: 'unchanged',
      reasons: [],
      durationMs: 0,
    }));
    const stages = [...many, ...REPORTS.slice(1)];
    const short = reproTable({ stages, durationMs: 1 }, plainStyle());
    expect(short).toHaveLength(5);
    expect(short[3]).toBe('343 unchanged stages not listed (-v lists them)');
    expect(reproTable({ stages, durationMs: 1 }, plainStyle(), true)).toHaveLength(347);
  });
});

const STATUS: StatusData = {
  upToDate: false,
  stages: [
    { name: 'data_load', state: 'unchanged', reasons: [], lastMs: 1200 },
    {
      name: 'train',
      state: 'run',
      reasons: [
        { kind: 'cmd', old: 'a', new: 'b' },
        { kind: 'dep', path: 'x', old: 'c'.repeat(64), new: 'd'.repeat(64) },
      ],
    },
    { name: 'evaluate', state: 'blocked', reasons: [{ kind: 'missing-dep', path: 'y' }] },
  ],
  data: [
    { path: 'data/raw', state: 'modified' },
    { path: 'data/other', state: 'unchanged' },
  ],
  outs: [],
};

describe('status', () => {
  const show = { why: false, all: false, now: 100_000 };

  it('is one line a stage, then tracked data that changed', () => {
    expect([...statusLines(STATUS, plainStyle(), show)]).toEqual([
      'Stage      State        Why                          Last',
      'data_load  = unchanged                              1.2 s',
      'train      ▶ run        cmd changed, dep x changed',
      'evaluate   ⊘ blocked    dep y is missing',
      '3 stages: 1 blocked, 1 to run, 1 unchanged',
      '1 of 2 tracked paths changed:',
      '  data/raw  modified',
    ]);
  });

  it('gives every reason with old and new when asked why', () => {
    expect([...statusLines(STATUS, plainStyle(), { ...show, why: true })].slice(0, 6)).toEqual([
      '= unchanged data_load',
      '▶ run train',
      '    cmd a → b',
      '    dep x cccccccc → dddddddd',
      '⊘ blocked evaluate',
      '    dep y is missing',
    ]);
  });

  it('names a writer that is at work', () => {
    const busy = { pid: 12, host: 'box', command: 'mlo repro', sinceMs: 40_000 };
    expect([...statusLines({ ...STATUS, busy }, plainStyle(), show)][0]).toBe(
      'Busy: mlo repro (pid 12 on box) has been writing for 1 min 00 s',
    );
  });

  it('of a dry repro without stages says so', () => {
    expect(planLines([], plainStyle())).toEqual(['There are no stages: nothing to do.']);
  });
});
