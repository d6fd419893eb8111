import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { parsePositiveInteger } from '../parse-values.ts';
import { given } from '../../core/given.ts';

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
    const options = {
      all: all === true,
      deleted: deleted === true,
      ...given({ limit, stage, experiment, filter }),
    };
    const data = await runsList(context, options);
    if (data.runs.length === 0 && filter !== undefined) return { data, lines: [], hint: 'no run matches: mlo runs list' };
    const which = stage === undefined ? '' : ` of stage '${stage}'`;
    if (data.runs.length === 0 && deleted === true) return { data, lines: [], hint: `no runs${which} are deleted: mlo runs list` };
    if (
      data.runs.length === 0 &&
      filter === undefined &&
      (await runsList(context, { ...options, limit: 1, deleted: true })).runs.length > 0
    )
      return { data, lines: [], hint: 'all of them are deleted: mlo runs list --deleted' };
    if (data.runs.length === 0 && experiment !== undefined)
      return { data, lines: [], hint: `that experiment has no runs${which}: mlo experiments list` };
    if (data.runs.length === 0 && stage !== undefined)
      return { data, lines: [], hint: `there are no runs${which}: mlo runs list --all has all, mlo stage list the stages` };
    if (data.runs.length === 0) return { data, lines: [], hint: 'there are no runs yet: mlo repro' };
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
