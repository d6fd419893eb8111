import { renderToString } from 'ink';
import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import { LiveView } from '../../../src/ui/live/live-view.tsx';
import { reduce } from '../../../src/ui/live/reduce.ts';
import { INITIAL_STATE, type LiveState } from '../../../src/ui/live/state.ts';
import { plainStyle } from '../../../src/ui/style.ts';
import { RECORDED, START_MS } from '../recorded.ts';

const RUNNING: LiveState = RECORDED.slice(0, 9).reduce(reduce, INITIAL_STATE);

function view(columns: number, rows: number, state = RUNNING) {
  return <LiveView state={state} startedMs={START_MS} nowMs={START_MS + 3300} rows={rows} style={plainStyle(columns)} />;
}

describe('the live view', () => {
  it('shows running stages above the sums', () => {
    expect(renderToString(view(80, 24), { columns: 80 }).split('\n')).toEqual([
      '▶ train       3.0 s  step 1: loss 0.5123 accuracy 0.9 │ 50 %',
      '1 of 3 stages done, 3.3 s',
    ]);
  });

  it.each([20, 40, 60])('keeps to one line a stage in %d columns', (columns) => {
    expect(renderToString(view(columns, 24), { columns }).split('\n')).toHaveLength(2);
  });

  it('stays lower than the terminal, however many stages run', () => {
    const running = new Map(
      Array.from({ length: 50 }, (_, index) => [`s${index}`, { ...RUNNING.running.get('train')!, name: `s${index}` }]),
    );
    const lines = renderToString(view(80, 10, { ...RUNNING, running }), { columns: 80 }).split('\n');
    expect(lines.length).toBeLessThan(10);
    expect(lines.at(-2)).toContain('and 44 more');
  });

  it('changes with the state', () => {
    const { lastFrame, rerender, unmount } = render(view(80, 24));
    expect(lastFrame()).toContain('train');
    rerender(view(80, 24, RECORDED.reduce(reduce, INITIAL_STATE)));
    expect(lastFrame()).toBe('3 of 3 stages done, 1 failed, 3.3 s');
    unmount();
  });
});
