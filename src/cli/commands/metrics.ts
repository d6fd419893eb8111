import { Option } from 'commander';
import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { revisionsOf } from '../revisions.ts';
import { collect } from '../parse-values.ts';
import { UNREAD_JSON, unreadValuesFailure } from '../unread-values.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly file?: readonly string[];
  readonly all?: boolean;
}

const FILE = new Option('-f, --file <path>', 'only this metrics file (again for more)').argParser(collect);

const metricsShowVerb = defineCommand({
  usage: 'show [rev]',
  summary: 'print the metrics, of the workspace or of a Git revision',
  details:
    'Exit code 3 where a revision has a file that the cache has not: its values are not known, and it is left out. With -f that is an error.',
  examples: [
    ['mlo metrics show', 'every metrics file of the pipeline'],
    ['mlo metrics show HEAD~1 --json', 'those of the commit before, as JSON'],
  ],
  options: [FILE],
  json: [['files', 'values by file, keys with dots'], UNREAD_JSON],
  async run({ context, style }: Invocation, flags: Flags, rev: string | undefined): Promise<Outcome> {
    const { metricsShow } = await import('../../app/metrics-show.ts');
    const data = await metricsShow(context, { targets: flags.file ?? [], ...given({ rev }) });
    const { valuesLines } = await import('../../ui/render/values.ts');
    return { data, lines: valuesLines(data, 'metrics', style), ...unreadValuesFailure(data) };
  },
});

const metricsDiffVerb = defineCommand({
  usage: 'diff [from] [to]',
  summary: 'compare metrics: HEAD with the workspace, or revisions',
  details:
    'Exit code 3 where a revision has a file that the cache has not: its values are not known, and it is left out. With -f that is an error.',
  examples: [
    ['mlo metrics diff', 'what has changed since the last commit, and by how much'],
    ['mlo metrics diff v1.0 main', 'between two revisions'],
  ],
  options: [FILE, new Option('--all', 'unchanged metrics, too')],
  json: [
    ['old, new', 'revisions as typed, or workspace'],
    ['diffs[].file, .key, .old?, .new?, .change?', 'a value that differs; the change of numbers'],
    UNREAD_JSON,
  ],
  async run({ context, style }: Invocation, flags: Flags, from: string | undefined, to: string | undefined): Promise<Outcome> {
    const { metricsDiff } = await import('../../app/metrics-diff.ts');
    const data = await metricsDiff(context, { revs: revisionsOf(from, to), targets: flags.file ?? [], all: flags.all === true });
    const { valuesDiffLines } = await import('../../ui/render/values-diff.ts');
    return { data, lines: valuesDiffLines(data, 'metrics', style), ...unreadValuesFailure(data) };
  },
});

/** In the order of the help. */
export const METRICS_VERBS: readonly AnyCommandSpec[] = [metricsShowVerb, metricsDiffVerb];
