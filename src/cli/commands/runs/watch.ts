import type { RunsShowData } from '../../../app/runs-show.ts';
import { defineCommand, type Invocation, type Outcome } from '../../command.ts';
import { writeLines, writeOut } from '../../io.ts';
import { given } from '../../../core/given.ts';

/** Charts that are to fit, if need be lower ones; more are drawn where there is room. */
const WANTED_CHARTS = 2;
const LEAST_CHART_ROWS = 5;
/** What stands around the plot: a line between charts, title, axis and legend. */
const AROUND_CHART = 5;

export const runsWatchVerb = defineCommand({
  usage: 'watch [id]',
  summary: 'follow a run: its metrics, charts and stages as they come',
  details: `Without an id, the newest run that is at work, else the newest one. Ends with the run; Ctrl-C leaves the run alone. On a terminal
the picture is drawn again and again, with the charts that fit it (mlo runs show has all of the run); elsewhere each new value is
a line. With --json, the run once it has ended.`,
  examples: [
    ['mlo runs watch', 'follow what runs now, from another terminal'],
    ['mlo runs watch 4f1a --json', 'wait for one run and print it'],
  ],
  async run(invocation: Invocation, _flags: object, id: string | undefined): Promise<Outcome> {
    const { context, globals } = invocation;
    const { runsWatch } = await import('../../../app/runs/watch.ts');
    const onState = globals.output !== 'human' ? () => {} : process.stdout.isTTY ? await picture(invocation) : await lines();
    const data = await runsWatch(context, { onState, ...given({ id }) });
    return { data };
  },
});

async function picture(invocation: Invocation): Promise<(run: RunsShowData) => Promise<void>> {
  const { watchPictureLines, LEAST_TEXT_ROWS } = await import('../../../ui/render/runs-watch-picture.ts');
  const { repaint } = await import('../../../ui/live/repaint.ts');
  const { runCharts, chartCount, CHART_ROWS } = await import('../../run-charts.ts');
  let painted = 0;
  let shown = '';
  return async (run) => {
    // The cursor stands below the picture. A terminal that does not know its size says 0.
    const rows = (process.stdout.rows || Infinity) - 1;
    const room = (rows - LEAST_TEXT_ROWS) / Math.min(WANTED_CHARTS, chartCount(run));
    const height = Math.max(LEAST_CHART_ROWS, Math.min(CHART_ROWS, Math.floor(room) - AROUND_CHART));
    const charts = await runCharts(invocation, run, Math.max(1, Math.floor(rows / height)), height);
    const all = watchPictureLines(run, charts, invocation.style, Date.now(), rows);
    if (all.join('\n') === shown) return;
    shown = all.join('\n');
    const next = repaint(all, painted, rows + 1, invocation.style);
    painted = next.painted;
    writeOut(next.text);
  };
}

async function lines(): Promise<(run: RunsShowData) => void> {
  const { watchedLines } = await import('../../../ui/render/runs-watch.ts');
  const seen = new Map<string, number>();
  return (run) => writeLines(watchedLines(run, seen));
}
