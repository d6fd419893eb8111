import { describe, expect, it } from 'vitest';
import { footerText, runningRows } from '../../../src/ui/live/running-text.ts';
import { reduce } from '../../../src/ui/live/reduce.ts';
import { INITIAL_STATE, type LiveState } from '../../../src/ui/live/state.ts';
import { textWidth } from '../../../src/ui/format/text-width.ts';
import { plainStyle } from '../../../src/ui/style.ts';
import { RECORDED, START_MS, timed } from '../recorded.ts';

function after(events: number): LiveState {
  return RECORDED.slice(0, events).reduce(reduce, INITIAL_STATE);
}

describe('the state of the live view', () => {
  it('knows how many stages there are and how many are done', () => {
    expect(after(1)).toMatchObject({ total: 3, finished: 0 });
    expect(after(3)).toMatchObject({ finished: 1 });
    expect(after(14)).toMatchObject({ finished: 3, failed: 1 });
  });

  it('has a running stage from its start to its end, with its last line and latest metrics', () => {
    const train = after(9).running.get('train');
    expect(train).toMatchObject({ startedMs: START_MS + 300, lastLine: '50 %', step: 1 });
    expect([...(train?.metrics ?? [])]).toEqual([
      ['loss', 0.51234],
      ['accuracy', 0.9],
    ]);
    expect([...after(11).running.keys()]).toEqual([]);
    expect([...after(12).running.keys()]).toEqual(['evaluate']);
  });

  it('is empty at the end', () => {
    expect(after(RECORDED.length)).toMatchObject({ ended: true, progress: undefined });
    expect(after(RECORDED.length).running.size).toBe(0);
  });

  it('never changes a state that it was given', () => {
    const before = after(5);
    const copy = structuredClone(before);
    RECORDED.slice(5).reduce(reduce, before);
    expect(before).toEqual(copy);
  });

  it('keeps the last line that says something', () => {
    const state = timed([
      { type: 'stage-start', stage: 'a', command: 'a', reasons: [] },
      { type: 'stage-output', stage: 'a', stream: 'stdout', text: 'useful\n' },
      { type: 'stage-output', stage: 'a', stream: 'stdout', text: '\u001b[0m\n \r\n' },
    ]).reduce(reduce, INITIAL_STATE);
    expect(state.running.get('a')?.lastLine).toBe('useful');
  });

  it('ignores output of stages that do not run', () => {
    expect(timed([{ type: 'stage-output', stage: 'gone', stream: 'stdout', text: 'late\n' }]).reduce(reduce, INITIAL_STATE)).toEqual(
      INITIAL_STATE,
    );
  });

  it('shows progress until it is complete', () => {
    const hash = (done: number) => ({ type: 'progress', task: 'hash', label: 'data', done, total: 10, unit: 'files' }) as const;
    const [first, last] = timed([hash(4), hash(10)]);
    const halfway = reduce(INITIAL_STATE, first!);
    expect(halfway.progress?.latest.done).toBe(4);
    expect(reduce(halfway, last!).progress).toBeUndefined();
  });
});

describe('the rows of running stages', () => {
  it('show name, elapsed time, metrics and the last line', () => {
    expect(runningRows(after(9), START_MS + 5300, 10, plainStyle(80))).toEqual([
      '▶ train       5.0 s  step 1: loss 0.5123 accuracy 0.9 │ 50 %',
    ]);
  });

  it('show why a stage runs while it says nothing', () => {
    expect(runningRows(after(4), START_MS + 400, 10, plainStyle(80))).toEqual(['▶ train      0.10 s  params.yaml:train.lr 0.05 → 0.1']);
  });

  it('are at most as many as fit, and narrower than the terminal', () => {
    const starts = Array.from(
      { length: 9 },
      (_, index) =>
        ({ type: 'stage-start', stage: `a-stage-with-a-name-of-some-length@${index}`, command: '', reasons: [{ kind: 'new' }] }) as const,
    );
    const state = timed(starts).reduce(reduce, INITIAL_STATE);
    const rows = runningRows(state, START_MS, 4, plainStyle(40));
    expect(rows).toHaveLength(4);
    expect(rows[3]).toBe('  and 6 more');
    for (const row of rows) expect(textWidth(row)).toBeLessThan(40);
  });

  it('end with the sums', () => {
    expect(footerText({ ...after(14), stopping: true }, START_MS, START_MS + 65_000, plainStyle(80))).toBe(
      '3 of 3 stages done, 1 failed, 1 min 05 s, stopping (Ctrl-C again: at once)',
    );
  });
});
