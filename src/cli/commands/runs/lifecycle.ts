import { Option } from 'commander';
import { MloError } from '../../../core/errors/mlo-error.ts';
import type { RunsPurgeOptions } from '../../../app/runs/purge.ts';
import { defineCommand, type Invocation, type Outcome } from '../../command.ts';
import { parseAge } from '../../parse-values.ts';
import { withForce } from '../../with-force.ts';

interface ForceFlags {
  readonly force?: boolean;
}

const CHANGE_JSON = [
  ['asked[].id, .name', 'the runs that were named and changed'],
  ['runs[].id, .name', 'all that changed, also below them'],
  ['already[].id, .name', 'those that were so before'],
] as const;

export const runsDeleteVerb = defineCommand({
  usage: 'delete <ids...>',
  summary: 'delete runs and all below them; nothing is lost until they are purged',
  details:
    'Deleted runs are in no list and no search; runs list --deleted shows them, runs restore brings them back. What they keep stays in the cache, mlo gc included, until ' +
    'runs purge. A run that is still running is refused. The beginning of an id is enough (at least 4 characters).',
  examples: [
    ['mlo runs delete 4f1a 9c03', 'hide two runs with the runs below them'],
    ['mlo runs delete 4f1a --force', 'also while it is running'],
  ],
  options: [new Option('--force', 'also what is still running')],
  json: CHANGE_JSON,
  async run({ context, style }: Invocation, { force }: ForceFlags, ids: readonly string[]): Promise<Outcome> {
    const { runsDelete } = await import('../../../app/runs/delete.ts');
    const data = await runsDelete(context, { ids, force: force === true });
    const { lifecycleLines } = await import('../../../ui/render/runs-changes.ts');
    const first = data.asked[0];
    const hint = first === undefined ? {} : { hint: `To bring it back: mlo runs restore ${first.id.slice(0, 8)}` };
    return { data, lines: lifecycleLines(data, 'deleted', style), ...hint };
  },
});

export const runsRestoreVerb = defineCommand({
  usage: 'restore <ids...>',
  summary: 'bring back deleted runs, with what was deleted together with them',
  details: 'What had been deleted before that, one by one, stays deleted.',
  examples: [
    ['mlo runs restore 4f1a', 'a run with the runs below it'],
    ['mlo runs restore 4f1a 9c03 --json', 'two runs; what came back, as JSON'],
  ],
  json: CHANGE_JSON,
  async run({ context, style }: Invocation, _flags: object, ids: readonly string[]): Promise<Outcome> {
    const { runsRestore } = await import('../../../app/runs/restore.ts');
    const data = await runsRestore(context, ids);
    const { lifecycleLines } = await import('../../../ui/render/runs-changes.ts');
    return { data, lines: lifecycleLines(data, 'restored', style) };
  },
});

interface PurgeFlags extends ForceFlags {
  readonly olderThan?: number;
  readonly allDeleted?: boolean;
  readonly dry?: boolean;
}

export const runsPurgeVerb = defineCommand({
  usage: 'purge [ids...]',
  summary: 'say which deleted runs would go for good, and with --force remove them',
  details:
    'Params, metrics, tags and logs go with a run; what it kept in the cache is then for mlo gc. Only the id stays, so that an import does not bring the run back ' +
    '(runs import --purged does). A run goes only together with all below it. The database file keeps its size; the room is used again.',
  examples: [
    ['mlo runs purge --older-than 30d', 'what was deleted more than 30 days ago, and what gc could free then'],
    ['mlo runs purge --all-deleted --force', 'remove all deleted runs'],
  ],
  options: [
    new Option('--older-than <age>', 'those deleted at least so long ago (30d, 12h)').argParser(parseAge),
    new Option('--all-deleted', 'all that are deleted'),
    new Option('--force', 'remove them; without it, only say which'),
    new Option('--dry', 'only say which (the default)'),
  ],
  json: [
    ['done', 'false: nothing was removed'],
    ['runs[].id, .name, .deletedMs', 'what goes'],
    ['points, artifacts', 'numbers of metric points and artifacts that go with them'],
    ['gcFrees', 'bytes that mlo gc could free then, besides what it could free now'],
    ['kept[].id, .name', 'deleted runs that stay, since something below them is there or still runs'],
  ],
  async run({ context, style, name }: Invocation, flags: PurgeFlags, ids: readonly string[]): Promise<Outcome> {
    if (flags.force === true && flags.dry === true)
      throw new MloError('MLO_USAGE', '--dry and --force exclude each other', { hint: 'mlo runs purge --dry --all-deleted' });
    const { runsPurge } = await import('../../../app/runs/purge.ts');
    const data = await runsPurge(context, { selection: selectionOf(flags, ids), force: flags.force === true });
    const { purgeLines } = await import('../../../ui/render/runs-changes.ts');
    const lines = purgeLines(data, style);
    if (data.runs.length === 0) return { data, lines, hint: 'Runs are deleted with: mlo runs delete' };
    if (!data.done) return { data, lines, hint: `To remove them: ${withForce(name, context.command)}` };
    return data.gcFrees === 0 ? { data, lines } : { data, lines, hint: 'To free the room in the cache: mlo gc' };
  },
});

function selectionOf({ olderThan, allDeleted }: PurgeFlags, ids: readonly string[]): RunsPurgeOptions['selection'] {
  const ways = [ids.length > 0, olderThan !== undefined, allDeleted === true].filter(Boolean).length;
  if (ways !== 1)
    throw new MloError('MLO_USAGE', 'runs purge takes ids, --older-than or --all-deleted: one of them', {
      hint: 'mlo runs purge --all-deleted',
    });
  if (ids.length > 0) return { ids };
  return olderThan === undefined ? { allDeleted: true } : { olderThanMs: olderThan };
}
