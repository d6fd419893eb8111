import { Option } from 'commander';
import { defineCommand, type AnyCommandSpec, type Invocation, type Outcome } from '../command.ts';
import { collect, parseTags } from '../parse-values.ts';
import { tagsToSet } from './runs/marks.ts';

const EXPERIMENT_JSON = [
  ['id, name', 'the id is a number as text; 0 is Default'],
  ['createdMs, changedMs, deletedMs?', 'Unix milliseconds'],
  ['tags', 'texts by key'],
  ['runs, newestRunMs?', 'number of runs that are not deleted, those below others not counted; when the newest started'],
  ['runsBelow', 'number of runs below others, such as those of the stages of a repro'],
] as const;

const LIFECYCLE_JSON = [
  ['experiment', 'as in experiments list'],
  ['runs[].id, .name', 'the runs that went or came back with it'],
  ['below', 'how many of them are below others'],
] as const;

const experimentsListVerb = defineCommand({
  usage: 'list',
  summary: 'list experiments with their runs',
  details: 'Runs below others, such as those of the stages of a repro, are counted by themselves.',
  examples: [
    ['mlo experiments list', 'what there is'],
    ['mlo experiments list --deleted', 'what can be restored'],
  ],
  options: [new Option('--deleted', 'those that were deleted')],
  json: EXPERIMENT_JSON.map(([field, means]) => [`experiments[]: ${field}`, means] as const),
  async run({ context, style }: Invocation, { deleted }: { readonly deleted?: boolean }): Promise<Outcome> {
    const { experimentsList } = await import('../../app/experiments.ts');
    const data = await experimentsList(context, { deleted: deleted === true });
    if (data.experiments.length === 0) return { data, lines: [], hint: 'no experiment is deleted: mlo experiments list' };
    const { experimentsListLines } = await import('../../ui/render/experiments.ts');
    return { data, lines: experimentsListLines(data.experiments, style) };
  },
});

const experimentsCreateVerb = defineCommand({
  usage: 'create <name>',
  summary: 'make an experiment, a name under which runs are kept together',
  details:
    'repro --experiment, MLO_EXPERIMENT and the config key tracking.experiment choose where runs go; they make an experiment that is not there.',
  examples: [
    ['mlo experiments create iris --tag owner=anna', 'with a tag'],
    ['mlo experiments create "iris, second try"', 'any name of at most 500 characters'],
  ],
  options: [new Option('--tag <key=value>', 'a tag (again for more)').argParser(collect)],
  json: EXPERIMENT_JSON,
  async run({ context, style }: Invocation, { tag = [] }: { readonly tag?: readonly string[] }, name: string): Promise<Outcome> {
    const { experimentsCreate } = await import('../../app/experiments.ts');
    const data = await experimentsCreate(context, name, parseTags(tag));
    const { experimentLine } = await import('../../ui/render/experiments.ts');
    return { data, lines: [experimentLine(data, 'Created', style)] };
  },
});

const experimentsRenameVerb = defineCommand({
  usage: 'rename <name> <new-name>',
  summary: 'give an experiment another name',
  details: 'Its runs go with it, also in stores that import them later. Default keeps its name.',
  examples: [
    ['mlo experiments rename iris flowers', 'from one name to the other'],
    ['mlo experiments rename 3 flowers', 'the one with an id of experiments list'],
  ],
  json: EXPERIMENT_JSON,
  async run({ context, style }: Invocation, _flags: object, name: string, to: string): Promise<Outcome> {
    const { experimentsRename } = await import('../../app/experiments.ts');
    const data = await experimentsRename(context, name, to);
    const { experimentLine } = await import('../../ui/render/experiments.ts');
    return { data, lines: [experimentLine(data, 'Renamed', style)] };
  },
});

const experimentsDeleteVerb = defineCommand({
  usage: 'delete <name>',
  summary: 'delete an experiment with its runs; nothing is lost until the runs are purged',
  details: 'Its name can be used again. Default cannot be deleted. A run that is still running is refused without --force.',
  examples: [
    ['mlo experiments delete iris', 'hide it with its runs'],
    ['mlo experiments delete iris --force', 'also while a run in it is running'],
  ],
  options: [new Option('--force', 'also while a run in it is running')],
  json: LIFECYCLE_JSON,
  async run({ context, style }: Invocation, { force }: { readonly force?: boolean }, name: string): Promise<Outcome> {
    const { experimentsDelete } = await import('../../app/experiments.ts');
    const data = await experimentsDelete(context, name, { force: force === true });
    const { experimentChangeLine } = await import('../../ui/render/experiments.ts');
    return {
      data,
      lines: [experimentChangeLine(data, 'Deleted', style)],
      hint: `To bring it back: mlo experiments restore ${JSON.stringify(data.experiment.name)}`,
    };
  },
});

const experimentsRestoreVerb = defineCommand({
  usage: 'restore <name>',
  summary: 'bring back a deleted experiment with the runs that went with it',
  details:
    'Of several that had the name, the one that was deleted last (or name one by its id). Runs that had been deleted before stay deleted.',
  examples: [
    ['mlo experiments restore iris', 'with its runs'],
    ['mlo experiments restore iris --as iris-old', 'under another name, where its own is taken'],
  ],
  options: [new Option('--as <name>', 'a new name for it')],
  json: LIFECYCLE_JSON,
  async run({ context, style }: Invocation, flags: { readonly as?: string }, name: string): Promise<Outcome> {
    const { experimentsRestore } = await import('../../app/experiments.ts');
    const data = await experimentsRestore(context, name, flags.as);
    const { experimentChangeLine } = await import('../../ui/render/experiments.ts');
    return { data, lines: [experimentChangeLine(data, 'Restored', style)] };
  },
});

const experimentsTagVerb = defineCommand({
  usage: 'tag <name> [tags...]',
  summary: 'set or remove tags of an experiment',
  examples: [
    ['mlo experiments tag iris owner=anna', 'set one'],
    ['mlo experiments tag iris --remove owner', 'remove it'],
  ],
  options: [new Option('--remove <key>', 'a tag to remove (again for more)').argParser(collect)],
  json: EXPERIMENT_JSON,
  async run(
    { context, style }: Invocation,
    { remove = [] }: { readonly remove?: readonly string[] },
    name: string,
    texts: readonly string[],
  ): Promise<Outcome> {
    const tags = tagsToSet(texts, remove, 'mlo experiments tag iris owner=anna');
    const { experimentsTag } = await import('../../app/experiments.ts');
    const data = await experimentsTag(context, name, tags);
    const { experimentLine } = await import('../../ui/render/experiments.ts');
    return { data, lines: [experimentLine(data, 'Tagged', style)] };
  },
});

/** In the order of the help. */
export const EXPERIMENTS_VERBS: readonly AnyCommandSpec[] = [
  experimentsListVerb,
  experimentsCreateVerb,
  experimentsRenameVerb,
  experimentsTagVerb,
  experimentsDeleteVerb,
  experimentsRestoreVerb,
];
