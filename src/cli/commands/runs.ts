import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { parsePositiveInteger } from '../parse-values.ts';
import { given } from '../../core/given.ts';
import { noRunsHint } from './runs/no-runs-hint.ts';

interface ListFlags {
  readonly limit?: number;
  readonly all?: boolean;
  readonly stage?: string;
  readonly experiment?: string;
  readonly deleted?: boolean;
  readonly filter?: string;
}

export const runsListVerb = defineCommand({
  usage: 'list',
  summary: 'list recorded runs, newest first',
  examples: [
    ['mlo runs list', 'the newest 20 runs of repro'],
    ['mlo runs list --stage train -n 5', 'the newest five runs of one stage'],
  ],
  options: [
    new Option('-n, --limit <count>', 'at most this many (default: 20)').argParser(parsePositiveInteger),
    new Option('-a, --all', 'the runs of stages, too'),
    new Option('--stage <name>', 'only runs of this stage'),
    new Option('--experiment <name>', 'only runs of this experiment'),
    new Option('--deleted', 'deleted runs instead'),
    new Option('--filter <filter>', 'only runs that it finds, those of stages too: see mlo help search'),
  ],
  async run({ context, style }: Invocation, { limit, all, stage, experiment, deleted, filter }: ListFlags): Promise<Outcome> {
    const { runsList } = await import('../../app/runs-list.ts');
    const options = { all: all === true, deleted: deleted === true, ...given({ stage, experiment }) };
    const data = await runsList(context, { ...options, ...given({ limit, filter }) });
    if (data.runs.length === 0)
      return { data, lines: [], hint: filter === undefined ? await noRunsHint(context, options) : 'no run matches: mlo runs list' };
    const { runsListLines } = await import('../../ui/render/runs-list.ts');
    return { data, lines: runsListLines(data, style, Date.now()) };
  },
});

export const runsShowVerb = defineCommand({
  usage: 'show [id]',
  summary: 'show a run with its params, metrics, artifacts and the runs below it',
  details: `Without an id, the newest run. The beginning of an id is enough (at least 4 characters). On a terminal, metrics that
were logged over steps are drawn below; mlo plots show --run draws any of them, also into a file.`,
  examples: [
    ['mlo runs show', 'the newest run as a tree'],
    ['mlo runs show 4f1a --json', 'one run as JSON'],
  ],
  options: [new Option('--charts', 'draw metrics over steps (default: on a terminal)'), new Option('--no-charts', 'text only')],
  async run(invocation: Invocation, { charts }: { readonly charts?: boolean }, id: string | undefined): Promise<Outcome> {
    const { context, style, globals } = invocation;
    const { runsShow } = await import('../../app/runs-show.ts');
    const data = await runsShow(context, id === undefined ? {} : { id });
    if (globals.output !== 'human') return { data };
    const { runsShowLines } = await import('../../ui/render/runs-show.ts');
    const lines = runsShowLines(data, style, Date.now());
    if (!(charts ?? process.stdout.isTTY)) return { data, lines };
    const { runChartLines } = await import('../run-charts.ts');
    return { data, lines: [...lines, ...(await runChartLines(invocation, data))] };
  },
});
