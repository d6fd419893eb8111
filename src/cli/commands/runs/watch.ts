import type { ShownRun } from '../../../ui/render/runs-show.ts';
import { defineCommand, type Invocation, type Outcome } from '../../command.ts';
import { writeLines, writeOut } from '../../io.ts';

export const runsWatchVerb = defineCommand({
  usage: 'watch [id]',
  summary: 'follow a run: its metrics, charts and stages as they come',
  details: `Without an id, the newest run that is at work, else the newest one. Ends with the run; Ctrl-C leaves the run alone. On a terminal
the picture is drawn again and again; elsewhere each new value is a line. With --json, the run once it has ended.`,
  examples: [
    ['mlo runs watch', 'follow what runs now, from another terminal'],
    ['mlo runs watch 4f1a --json', 'wait for one run and print it'],
  ],
  async run(invocation: Invocation, _flags: object, id: string | undefined): Promise<Outcome> {
    const { context, globals } = invocation;
    const { runsWatch } = await import('../../../app/runs/watch.ts');
    const onState = globals.output !== 'human' ? () => {} : process.stdout.isTTY ? await picture(invocation) : await lines();
    const data = await runsWatch(context, { onState, ...(id === undefined ? {} : { id }) });
    return { data };
  },
});

async function picture(invocation: Invocation): Promise<(run: ShownRun) => Promise<void>> {
  const { runsShowLines } = await import('../../../ui/render/runs-show.ts');
  const { repaint } = await import('../../../ui/live/repaint.ts');
  const { runChartLines } = await import('../../run-charts.ts');
  let painted = 0;
  let shown = '';
  return async (run) => {
    const charts = await runChartLines(invocation, run);
    const all = [...runsShowLines(run, invocation.style, Date.now()), ...charts];
    if (all.join('\n') === shown) return;
    shown = all.join('\n');
    const next = repaint(all, painted, process.stdout.rows ?? Infinity, invocation.style);
    painted = next.painted;
    writeOut(next.text);
  };
}

async function lines(): Promise<(run: ShownRun) => void> {
  const { watchedLines } = await import('../../../ui/render/runs-watch.ts');
  const seen = new Map<string, number>();
  return (run) => writeLines(watchedLines(run, seen));
}
