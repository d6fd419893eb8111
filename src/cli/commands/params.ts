import { Option } from 'commander';
import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { revisionsOf } from '../revisions.ts';
import { collect } from '../parse-values.ts';
import { UNREAD_JSON, unreadValuesFailure } from '../unread-values.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly file?: readonly string[];
  readonly deps?: boolean;
  readonly all?: boolean;
}

const OPTIONS = [
  new Option('-f, --file <path>', 'only this params file (again for more)').argParser(collect),
  new Option('--deps', 'only params that stages declare'),
];

const paramsShowVerb = defineCommand({
  usage: 'show [rev]',
  summary: 'print the params, of the workspace or of a Git revision',
  details:
    'Exit code 3 where a revision has a file that the cache has not: its values are not known, and it is left out. With -f that is an error.',
  examples: [
    ['mlo params show', 'params.yaml and every other params file of the pipeline'],
    ['mlo params show v1.0 --deps', 'what stages declared at a tag'],
  ],
  options: OPTIONS,
  json: [['files', 'values by file, nested as in the files'], UNREAD_JSON],
  async run({ context, style }: Invocation, flags: Flags, rev: string | undefined): Promise<Outcome> {
    const { paramsShow } = await import('../../app/params-show.ts');
    const data = await paramsShow(context, {
      targets: flags.file ?? [],
      depsOnly: flags.deps === true,
      ...given({ rev }),
    });
    const { valuesLines } = await import('../../ui/render/values.ts');
    return { data, lines: valuesLines(data, 'params', style), ...unreadValuesFailure(data) };
  },
});

const paramsDiffVerb = defineCommand({
  usage: 'diff [from] [to]',
  summary: 'compare params: HEAD with the workspace, or revisions',
  details:
    'Exit code 3 where a revision has a file that the cache has not: its values are not known, and it is left out. With -f that is an error.',
  examples: [
    ['mlo params diff', 'what has changed since the last commit'],
    ['mlo params diff v1.0 main', 'between two revisions'],
  ],
  options: [...OPTIONS, new Option('--all', 'unchanged params, too')],
  json: [['old, new', 'revisions as typed, or workspace'], ['diffs[].file, .key, .old?, .new?', 'a value that differs'], UNREAD_JSON],
  async run({ context, style }: Invocation, flags: Flags, from: string | undefined, to: string | undefined): Promise<Outcome> {
    const { paramsDiff } = await import('../../app/params-diff.ts');
    const data = await paramsDiff(context, {
      revs: revisionsOf(from, to),
      targets: flags.file ?? [],
      depsOnly: flags.deps === true,
      all: flags.all === true,
    });
    const { valuesDiffLines } = await import('../../ui/render/values-diff.ts');
    return { data, lines: valuesDiffLines(data, 'params', style), ...unreadValuesFailure(data) };
  },
});

/** In the order of the help. */
export const PARAMS_VERBS: readonly AnyCommandSpec[] = [paramsShowVerb, paramsDiffVerb];
