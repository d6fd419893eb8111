import { Option } from 'commander';
import type { AppContext } from '../../app/types.ts';
import { EXIT } from '../../core/errors/catalogue.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { Style } from '../../ui/style.ts';
import { parsePositiveInteger, parseShare } from '../parse-values.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly quick?: boolean;
  readonly repair?: boolean;
  readonly workspace?: boolean;
  /** True where no name was typed. */
  readonly remote?: string | true;
  readonly sample?: number;
  readonly dryRun?: boolean;
  readonly jobs?: number;
}

export const verifyVerb = defineCommand({
  usage: 'verify',
  alias: 'fsck',
  summary: 'check that everything mlo keeps is whole: objects, packs, indexes, locks, pointers and recorded runs',
  details:
    'Reads every byte of the cache and compares it with its digest; --quick looks at the structure only: indexes, sizes, and that everything is there that ' +
    'locks and pointers name, those of the workspace and of all branches and tags. What is broken or missing is listed with the paths, stages, branches, tags and runs that it belongs to, and the exit code is 12; ' +
    '3 where nothing is broken, the workspace has all it needs, and only branches or tags miss something (a plain gc --force deletes what only they need; --workspace then passes). ' +
    'The tracking database is checked too: its structure, and without --quick every metric point; artifacts of runs that are not in the cache are listed, and are no failure. ' +
    '--repair moves broken copies to corrupt/ in the cache folder (where mlo gc --force deletes them once they are older than gc.grace), keeps what is right beside them, and brings back what another pack, the workspace or the default remote still has.\n\n' +
    'With --remote the same for a remote: every object in its packs, every run and every result is read and compared with its digest, and what is broken or missing is named. --repair then takes it out, ' +
    'so that the next mlo push from a machine that has the data sends it again; a batch of runs or results that nobody can read is deleted for that, and format.json is written again where it is gone.',
  examples: [
    ['mlo verify', 'read and check the whole cache'],
    ['mlo verify --quick', 'the structure only, in less than a second'],
    ['mlo verify --workspace', 'after a gc that was not to keep what older versions need'],
    ['mlo verify --repair', 'take out what is broken and bring it back from another copy'],
    ['mlo verify --remote --sample 5%', 'read a twentieth of what lies on the default remote, by chance'],
  ],
  options: [
    new Option('--quick', 'structure only: bytes of objects are not read'),
    new Option('--repair', 'take out what is broken, and bring it back where another copy is found'),
    new Option('--workspace', 'ask only for what the workspace needs, not for what branches and tags need'),
    new Option('--remote [name]', 'check a remote instead of the cache (default: mlo remote default, or the only one)'),
    new Option('--sample <share>', 'with --remote: read so much of it, by chance (5%)').argParser(parseShare),
    new Option('--dry-run', 'with --remote: only say how many requests and bytes it would take'),
    new Option('-j, --jobs <count>', 'with --remote: requests side by side').argParser(parsePositiveInteger),
  ],
  shows: 'tasks',
  writes: true,
  async run({ context, style }: Invocation, flags: Flags): Promise<Outcome> {
    if (flags.remote !== undefined) return await verifyOfRemote(context, style, flags);
    const odd = (['sample', 'dryRun', 'jobs'] as const).find((flag) => flags[flag] !== undefined);
    if (odd !== undefined)
      throw new MloError('MLO_USAGE', `--${odd === 'dryRun' ? 'dry-run' : odd} is for remotes`, { hint: 'mlo verify --remote' });
    const { verify } = await import('../../app/verify.ts');
    const data = await verify(context, {
      quick: flags.quick === true,
      repair: flags.repair === true,
      workspaceOnly: flags.workspace === true,
    });
    const { verifyLines, verifyFailure } = await import('../../ui/render/verify.ts');
    const lines = verifyLines(data, style);
    if (data.ok) return { data, lines };
    const onlyHistory = data.damages.length + data.objects.length + data.files.length === 0;
    return { data, lines, exitCode: onlyHistory ? EXIT.partial : EXIT.integrity, failure: verifyFailure(data) };
  },
});

async function verifyOfRemote(context: AppContext, style: Style, flags: Flags): Promise<Outcome> {
  if (flags.quick === true || flags.workspace === true)
    throw new MloError('MLO_USAGE', '--quick and --workspace are for the cache', { hint: 'mlo verify --remote --sample 5%' });
  if (flags.repair === true && flags.sample !== undefined)
    throw new MloError('MLO_USAGE', '--repair has to read everything: it excludes --sample', { hint: 'mlo verify --remote --repair' });
  const { verifyRemote } = await import('../../app/verify-remote.ts');
  const data = await verifyRemote(context, {
    sample: flags.sample ?? 1,
    dry: flags.dryRun === true,
    repair: flags.repair === true,
    ...(typeof flags.remote === 'string' ? { remote: flags.remote } : {}),
    ...given({ jobs: flags.jobs }),
  });
  const { verifyRemoteFailure, verifyRemoteLines } = await import('../../ui/render/verify-remote.ts');
  const lines = verifyRemoteLines(data, style);
  const failure = verifyRemoteFailure(data);
  if (failure === undefined) return { data, lines };
  return { data, lines, exitCode: EXIT.integrity, failure: { code: 'MLO_REMOTE_CORRUPT', ...failure } };
}
