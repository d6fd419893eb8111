import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { parsePositiveInteger } from '../parse-values.ts';

interface ListFlags {
  readonly limit?: number;
  readonly all?: boolean;
  readonly stage?: string;
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
  ],
  async run({ context, style }: Invocation, { limit, all, stage }: ListFlags): Promise<Outcome> {
    const { runsList } = await import('../../app/runs-list.ts');
    const options = { all: all === true, ...(limit === undefined ? {} : { limit }), ...(stage === undefined ? {} : { stage }) };
    const data = await runsList(context, options);
    if (data.runs.length === 0) return { data, lines: [], hint: 'there are no runs yet: mlo repro' };
    const { runsListLines } = await import('../../ui/render/runs-list.ts');
    return { data, lines: runsListLines(data, style, Date.now()) };
  },
});

export const runsShowVerb = defineCommand({
  usage: 'show [id]',
  summary: 'show a run with its params, metrics, artifacts and the runs below it',
  details: 'Without an id, the newest run. The beginning of an id is enough (at least 4 characters).',
  examples: [
    ['mlo runs show', 'the newest run as a tree'],
    ['mlo runs show 4f1a --json', 'one run as JSON'],
  ],
  async run({ context, style }: Invocation, _flags: object, id: string | undefined): Promise<Outcome> {
    const { runsShow } = await import('../../app/runs-show.ts');
    const data = await runsShow(context, id === undefined ? {} : { id });
    const { runsShowLines } = await import('../../ui/render/runs-show.ts');
    return { data, lines: runsShowLines(data, style, Date.now()) };
  },
});
