import { Option } from 'commander';
import type { RunsSearchData } from '../../../app/runs/search.ts';
import { shellWord } from '../../../core/text/shell-word.ts';
import { defineCommand, type Invocation, type Outcome } from '../../command.ts';
import { parsePositiveInteger } from '../../parse-values.ts';
import { given } from '../../../core/given.ts';
import { noRunsHint } from './no-runs-hint.ts';

interface SearchFlags {
  readonly orderBy?: string;
  readonly limit?: number;
  readonly all?: boolean;
  readonly pageToken?: string;
  readonly columns?: string;
  readonly deleted?: boolean;
  readonly topLevel?: boolean;
  readonly wide?: boolean;
}

export const runsSearchVerb = defineCommand({
  usage: 'search [filter]',
  summary: 'find runs by their metrics, params, tags, data, code and times',
  details: `Without a filter: every run. Filters compare metrics.NAME, params.NAME, tags.NAME, data.PATH (the digest of an input),
git.commit, stage, status, start_time, duration and more by = != > >= < <=, LIKE, ILIKE, IN, IS NULL, joined by AND, OR, NOT and
parentheses; min(), max() and points() of a metric, too. A run that lacks the key never matches. mlo help search has all of it.

Runs of stages are found like others; --top-level leaves out all that have a parent. The table shows what the filter and the order
name, else what differs between the runs found, as much as is readable (--wide: all of it); the best value of the metric that orders is marked with *.`,
  examples: [
    ["mlo runs search 'metrics.accuracy > 0.9' --order-by 'metrics.accuracy DESC'", 'the best runs first'],
    ["mlo runs search \"stage = 'train' AND start_time > '7d ago'\"", 'what was trained within a week'],
    ["mlo runs search \"params.optimizer IN ('adam', 'sgd') AND NOT min(metrics.loss) > 0.5\" --json", 'as JSON'],
  ],
  options: [
    new Option('--order-by <fields>', "such as 'metrics.loss, start_time DESC' (default: newest first)"),
    new Option('-n, --limit <count>', 'at most this many (default: 20)').argParser(parsePositiveInteger),
    new Option('-a, --all', 'every run that matches'),
    new Option('--page-token <token>', 'go on where a page ended'),
    new Option('--columns <fields>', "show these, too, such as 'params.lr, duration'"),
    new Option('--wide', 'every column, however long the lines are'),
    new Option('--deleted', 'deleted runs instead of the others'),
    new Option('--top-level', 'only runs that have no parent'),
  ],
  json: [
    ['runs', 'the runs of this page in order, each with params, metrics (value, step, points, min, max), tags and data (digests by name)'],
    ['columns', 'what the table shows of each run'],
    ['best?', 'the metric that orders, and whether its highest value is the best'],
    ['nextPageToken?', 'for --page-token; absent on the last page'],
    ['unknown?', 'where nothing was found: metrics, params and data that no run ever had, with the nearest name'],
  ],
  async run({ context, style }: Invocation, flags: SearchFlags, filter: string | undefined): Promise<Outcome> {
    const { runsSearch } = await import('../../../app/runs/search.ts');
    const data = await runsSearch(context, { ...flags, ...given({ filter }) });
    if (data.runs.length === 0)
      return {
        data,
        lines: [],
        hint: filter === undefined ? await noRunsHint(context, { all: true, deleted: flags.deleted === true }) : noMatchHint(data),
      };
    const { runsSearchText } = await import('../../../ui/render/runs-search.ts');
    const { lines, leftOut } = runsSearchText(data, style, Date.now(), {
      wide: flags.wide === true || (flags.columns !== undefined && style.width === Infinity),
    });
    const hints = [
      ...(leftOut.length === 0 ? [] : [`no place for ${leftOut.join(', ')}: --wide, --columns or --json`]),
      ...(data.nextPageToken === undefined ? [] : [`more: ${nextCommand(filter, flags, data.nextPageToken)}`]),
    ];
    return { data, lines, ...(hints.length === 0 ? {} : { hint: hints.join('\n') }) };
  },
});

function noMatchHint({ unknown = [] }: RunsSearchData): string {
  const [first] = unknown;
  if (first === undefined) return 'no run matches; mlo runs search shows the newest of all';
  return `no run has ${first.field}${first.near === undefined ? '' : `: did you mean ${first.near}?`}`;
}

function nextCommand(filter: string | undefined, flags: SearchFlags, token: string): string {
  const words = [
    ...(filter === undefined ? [] : [shellWord(filter)]),
    ...(flags.orderBy === undefined ? [] : ['--order-by', shellWord(flags.orderBy)]),
    ...(flags.limit === undefined ? [] : ['-n', String(flags.limit)]),
    ...(flags.columns === undefined ? [] : ['--columns', shellWord(flags.columns)]),
    ...(flags.deleted === true ? ['--deleted'] : []),
    ...(flags.topLevel === true ? ['--top-level'] : []),
    ...(flags.wide === true ? ['--wide'] : []),
  ];
  return ['mlo runs search', ...words, '--page-token', token].join(' ');
}
