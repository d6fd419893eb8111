import { describe, expect, it } from 'vitest';
import type { ExperimentsListData } from '../../../src/app/experiments.ts';
import type { RunsImportData } from '../../../src/app/runs/import.ts';
import { experimentChangeLine, experimentLine, experimentsListLines } from '../../../src/ui/render/experiments.ts';
import { changedTagLines, lifecycleLines, noteLines, purgeLines, renameLines } from '../../../src/ui/render/runs-changes.ts';
import { exportLines, importLines } from '../../../src/ui/render/runs-exchange.ts';
import { plainStyle } from '../../../src/ui/style.ts';

type Experiment = ExperimentsListData['experiments'][number];

const style = plainStyle(100);
const run = (start: string, name = 'train') => ({ id: start.padEnd(32, '0'), name });
const experiment = (id: string, name: string): Experiment => ({ id, name, createdMs: 0, changedMs: 0, tags: {}, runs: 0, runsBelow: 0 });
const many = Array.from({ length: 12 }, (_, at) => run(`aa${String(at).padStart(2, '0')}`));

describe('changes of runs for people', () => {
  it('name what was asked for and count what lay below', () => {
    expect(lifecycleLines({ asked: [run('aa')], runs: [run('aa'), run('bb')], already: [run('cc', 'old')] }, 'deleted', style)).toEqual([
      '✓ Deleted 1 run with 1 below: aa000000 train',
      '  deleted already: cc000000 old',
    ]);
    expect(lifecycleLines({ asked: many, runs: many, already: [] }, 'restored', style)[0]).toMatch(/^✓ Restored 12 runs: .* and 2 more$/);
  });

  it('say what a purge would take, and what it took', () => {
    const plan = { runs: [{ ...run('aa'), deletedMs: 0 }], points: 1_234, artifacts: 1, gcFrees: 5_000_000, kept: [run('bb')] };
    const lines = purgeLines({ ...plan, done: false }, style);
    expect([lines[0], lines.at(-2)]).toEqual([
      'Would remove 1 deleted run with 1,234 metric points and 1 artifact',
      'mlo gc could then free 5.0 MB more',
    ]);
    expect(lines.at(-1)).toContain('1 deleted run kept');
    expect(purgeLines({ ...plan, done: true }, style)[0]).toBe('✓ Removed 1 deleted run with 1,234 metric points and 1 artifact');
    expect(purgeLines({ ...plan, runs: [], kept: [], done: false }, style)).toEqual(['No deleted run is to be purged.']);
  });

  it('let no name or note move the cursor', () => {
    const hostile = '\u001b[31mred\nline';
    const texts = [
      ...renameLines({ ...run('aa', hostile), before: hostile }, style),
      ...changedTagLines('Run', [hostile], style),
      ...lifecycleLines({ asked: [run('aa', hostile)], runs: [], already: [] }, 'deleted', style),
      experimentLine({ ...experiment('1', hostile), tags: { [hostile]: hostile } }, 'Created', style),
      experimentChangeLine({ experiment: experiment('1', hostile), runs: [], below: 0 }, 'Deleted', style),
      ...importLines(
        {
          runs: [run('aa', hostile)].map((each) => ({ ...each, outcome: 'added', file: 'a.jsonl' })),
          conflicts: [{ run: 'aa', key: hostile, kept: hostile, given: hostile }],
          missing: [{ run: 'aa', path: hostile, digest: 'a', size: 1 }],
          failed: [],
        },
        style,
      ),
    ];
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(texts.filter((text) => /[\u0000-\u001f]/.test(text))).toEqual([]);
    expect(noteLines('one\ntwo \u001b[2J')).toEqual(['one', 'two \\x1b[2J']);
  });

  it('show experiments as a table', () => {
    const lines = experimentsListLines(
      [experiment('0', 'Default'), { ...experiment('3', 'iris'), tags: { owner: 'anna' }, runs: 1_200, runsBelow: 4_800, newestRunMs: 0 }],
      style,
    );
    expect(lines.map((line) => line.split(/\s{2,}/).filter((cell) => cell !== '').length)).toEqual([6, 3, 6]);
    expect(lines[2]).toMatch(/1,200 +4,800/);
    expect(experimentChangeLine({ experiment: experiment('3', 'iris'), runs: many, below: 9 }, 'Deleted', style)).toBe(
      '✓ Deleted experiment iris with 3 runs and 9 below',
    );
  });

  it('sum up an import and an export', () => {
    const file = 'a.jsonl';
    const runs: RunsImportData['runs'] = [
      { ...run('aa'), outcome: 'added', file },
      { ...run('bb'), outcome: 'purged', file },
      { ...run('cc'), outcome: 'added', file, waitsFor: 'dd' },
    ];
    const missing = [
      { run: 'aa', path: 'model', digest: 'x', size: 2_000 },
      { run: 'cc', path: 'same', digest: 'x', size: 2_000 },
    ];
    expect(importLines({ runs, conflicts: [{ run: 'aa', key: 'lr', kept: '1', given: '2' }], missing, failed: [] }, style)).toEqual([
      '✓ 3 runs: 2 added, 0 changed, 0 unchanged',
      '  1 run left out: purged here (--purged brings them back)',
      '  1 run below one that is not here yet',
      '  aa: param lr stays 1, not 2',
      '  2 artifacts (2.0 kB) whose bytes are not in this cache:',
      '    aa model',
      '    cc same',
    ]);
    expect(
      exportLines(
        {
          runs: ['aa', 'bb'],
          files: [
            { path: '/x/a', changed: true },
            { path: '/x/b', changed: false },
          ],
        },
        style,
      ),
    ).toEqual(['✓ Wrote 2 runs to 2 files (1 said the same before)']);
  });
});
