import { describe, expect, it } from 'vitest';
import type { Digest } from '../../../src/core/content.ts';
import { unreadFailure } from '../../../src/cli/unread-failure.ts';
import { plotsSvg } from '../../../src/core/figure/draw-plots.ts';
import type { BarPlot } from '../../../src/core/plots/plot.ts';
import { barChart } from '../../../src/ui/chart/bar-chart.ts';
import { confusionChart } from '../../../src/ui/chart/confusion-chart.ts';
import { dagLines } from '../../../src/ui/render/dag.ts';
import { dataStatusLines } from '../../../src/ui/render/data-status.ts';
import { lsLines } from '../../../src/ui/render/ls.ts';
import { changeLines, unreadLines } from '../../../src/ui/render/tree-changes.ts';
import { plainStyle } from '../../../src/ui/style.ts';

/** More than a call takes arguments. */
const MANY = 130_000;

describe('lists of more lines than a call takes arguments', () => {
  const paths = Array.from({ length: MANY }, (_, index) => `f${index}`);

  it('ls shows names, sizes and marks', () => {
    const entries = paths.map((path) => ({ path, type: 'file', size: 5, files: 1, kept: 'data' }) as const);
    const lines = lsLines({ entries }, plainStyle(), { size: true, marks: true });
    expect(lines).toHaveLength(MANY);
    expect(lines[7]).toBe('5 B  1  f7       data');
  });

  it('changes', () => {
    const entry = { type: 'file', digest: '0'.repeat(64) as Digest, size: 5 } as const;
    const changes = paths.map((path) => ({ kind: 'added', path, new: entry }) as const);
    const counts = { added: MANY, deleted: 0, modified: 0, renamed: 0, type: 0, mode: 0 };
    expect([...changeLines(changes, counts, plainStyle(), '')][7]).toBe('added  f7 (5 B)');
  });

  it('tracked paths', () => {
    const data = paths.map((path) => ({ path, state: 'missing' }) as const);
    expect([...dataStatusLines(data, [], plainStyle())].at(-1)).toBe(`  f${MANY - 1}  missing`);
  });

  it('stages', () => {
    const lines = dagLines(
      { nodes: paths.map((name) => ({ name })), edges: [] } as unknown as Parameters<typeof dagLines>[0],
      plainStyle(),
    );
    expect([lines.length, lines[7]]).toEqual([MANY, '   f7']);
  });

  it('bars of a plot, in the terminal and as a picture', () => {
    const bars = paths.map((label, index) => ({ label, values: [index] }));
    const lines = barChart(['v'], bars, {}, plainStyle(60));
    expect(lines[MANY - 1]).toMatch(/^f129999 │█+ +129999$|^f129999 │█+ 129999$/);
    const plot: BarPlot = { kind: 'bars', id: 'b', template: 'bar_horizontal', title: '', xLabel: 'v', yLabel: 'k', names: ['v'], bars };
    expect(plotsSvg([plot], {}, 'text')).toContain('>f129999</text>');
  });

  it('cells of a confusion matrix', () => {
    const classes = paths.slice(0, 400);
    const counts = classes.map((_, row) => classes.map((_name, column) => (row === column ? 1 : 0)));
    const lines = confusionChart({ rows: classes, columns: classes, counts }, { normalized: false }, plainStyle(80));
    expect(lines.at(-1)).toBe('the first 36 of 400 classes; -o matrix.html shows all');
  });

  it('names the first of very many folders whose trees are gone, and counts the others', () => {
    const digest = '0'.repeat(64) as Digest;
    const warnings = unreadLines(
      paths.map((path) => ({ path, side: 'old', digest }) as const),
      plainStyle(),
      { old: 'v1', new: 'v2' },
    );
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe('warning: nor what is in 129,980 more folders (all of them: --json)');
    const { failureLines, failure } = unreadFailure(paths.map((path) => ({ path, digest })));
    expect(failureLines).toHaveLength(21);
    expect(failureLines?.at(-1)).toBe('  and 129,980 more (all of them: --json)');
    expect(failure?.message).toContain('130,000 folders');
  });
});
