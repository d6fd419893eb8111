import { describe, expect, it } from 'vitest';
import type { RunsShowData } from '../../../src/app/runs-show.ts';
import { watchPictureLines } from '../../../src/ui/render/runs-watch-picture.ts';
import { textWidth } from '../../../src/ui/format/text-width.ts';
import { plainStyle } from '../../../src/ui/style.ts';

const style = plainStyle(60);
const chart = (name: string, rows = 9): string[] => Array.from({ length: rows }, (_, row) => `${name} ${row}`);

function run(name: string, status: RunsShowData['status'], more: Partial<RunsShowData> = {}): RunsShowData {
  return {
    id: name.padEnd(32, '0'),
    name,
    status,
    startedMs: 0,
    ...(status === 'RUNNING' ? {} : { endedMs: 1_000 }),
    experiment: 'Default',
    user: 'someone',
    host: 'somewhere',
    params: { rate: 0.1, text: 'x'.repeat(600) },
    metrics: { loss: { value: 0.5, step: 3, points: 4 }, 'system/cpu': { value: 1, step: 0, points: 1 } },
    tags: { owner: 'anna' },
    artifacts: [],
    inputs: [],
    models: [],
    links: [],
    children: [],
    ...more,
  };
}

const trials = Array.from({ length: 12 }, (_, at) => run(`trial${at}`, at < 11 ? 'FINISHED' : 'RUNNING'));
const tree = run('repro', 'RUNNING', { params: {}, metrics: {}, children: trials });

describe('the picture of a run that is watched', () => {
  it('says what was given and found on a line each, and nothing of tags and the machine', () => {
    expect(watchPictureLines(run('train', 'RUNNING'), [], style, 2_000, 23)).toEqual([
      '▶ train  train000  2.0 s RUNNING',
      `  params   ${`rate=0.1, text=${'x'.repeat(60)}`.slice(0, 48)}…`,
      '  metrics  loss=0.5 (step 3)',
    ]);
  });

  it('has the charts that fit, and leaves out details of what has ended before what is at work', () => {
    const lines = watchPictureLines(tree, [chart('loss'), chart('accuracy'), chart('rest')], style, 2_000, 30);
    expect(lines).toHaveLength(30);
    expect(lines.slice(-20)).toEqual(['', ...chart('loss'), '', ...chart('accuracy')]);
    expect(lines.slice(0, 10).map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
      '▶ repro',
      '✓ trial6',
      '✓ trial7',
      '✓ trial8',
      '✓ trial9',
      '✓ trial10',
      '▶ trial11',
      'params',
      'metrics',
      'and 6 runs that ended before',
    ]);
  });

  it('keeps a chart whose legend is too long for the screen, without the end of the legend', () => {
    const lines = watchPictureLines(tree, [chart('loss', 40)], style, 2_000, 23);
    expect(lines).toHaveLength(23);
    expect(lines.slice(4)).toEqual(chart('loss', 40).slice(0, 19));
  });

  it.each([1, 2, 5, 10, 16, 23, 40, 80])('is never higher than %d rows or wider than the screen', (rows) => {
    for (const each of [tree, { ...tree, status: 'FINISHED' as const }]) {
      const lines = watchPictureLines(each, [chart('loss'), chart('accuracy', 30)], style, 2_000, rows);
      expect(lines.length).toBeLessThanOrEqual(Math.max(rows, 2));
      expect(lines.filter((line) => textWidth(line) > style.width)).toEqual([]);
    }
  });
});
