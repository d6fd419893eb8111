import { Option } from 'commander';
import type { AppContext } from '../../app/types.ts';
import { EXIT } from '../../core/errors/catalogue.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { Style } from '../../ui/style.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { withForce } from '../with-force.ts';
import { collect, parseAge, parsePositiveInteger, parseSize } from '../parse-values.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly force?: boolean;
  readonly dry?: boolean;
  readonly branches?: boolean;
  readonly tags?: boolean;
  readonly commits?: number;
  readonly allCommits?: boolean;
  readonly runs: boolean;
  readonly maxSize?: number;
  readonly ignoreProject?: readonly string[];
  /** True where no name was typed. */
  readonly remote?: string | true;
  readonly keep?: readonly string[];
  readonly keepProject?: readonly string[];
  readonly grace?: number;
  readonly repack?: boolean;
  readonly jobs?: number;
}

const GRACE_MS = 14 * 24 * 3_600_000;
/** Flags of one of the two caches only. */
const REMOTE_ONLY = ['keep', 'keepProject', 'grace', 'repack', 'jobs'] as const;
const LOCAL_ONLY = ['branches', 'tags', 'commits', 'maxSize', 'ignoreProject'] as const;

export const gcVerb = defineCommand({
  usage: 'gc',
  summary: 'say what in the cache nothing needs any more, and with --force delete it',
  details:
    "What the workspace's locks and pointers name is always kept, and by default what recorded runs logged (deleted ones too, until they are purged); add --branches, --tags, --commits or --all-commits " +
    'to keep what those need. Kept too: results in the run-cache and logs that are younger than gc.run_cache and gc.logs, whatever is younger than gc.grace (broken copies that a repair moved to corrupt/ too), ' +
    'and what other projects on the same cache need. Without --force nothing is deleted. Where the disk is too full to write anew what a part of is needed, ' +
    'the rest is deleted and the exit code is 3.\n\n' +
    'With --remote the same for a remote: kept is what the workspace, all branches and tags, and recorded runs of this repository need, what --keep and --keep-project name, ' +
    'and what was pushed within --grace (14d). What other clones have not pushed to Git, and other projects on that remote, is not known to it: run git fetch first, ' +
    'and name those projects. Uploads of interrupted pushes that are older than that are ended too. It waits for pushes that are at work, and pushes wait for it.',
  examples: [
    ['mlo gc --branches --tags', 'what could go when every branch and tag is to stay usable'],
    ['mlo gc --branches --tags --force', 'delete it'],
    ['mlo gc --all-commits --max-size 50G --force', 'moreover drop what the workspace has too, longest unused first'],
    ['mlo gc --remote', 'what could go from the default remote'],
    ['mlo gc --remote archive --keep v0.9 --grace 30d --force', 'delete it there, but what v0.9 needs or is younger'],
  ],
  options: [
    new Option('--force', 'delete; without it, only say what would go'),
    new Option('--dry', 'only say what would go (the default)'),
    new Option('--branches', 'keep what all branches need, local ones and those of remotes'),
    new Option('--tags', 'keep what all Git tags need'),
    new Option('--commits <number>', 'keep what the last commits of HEAD need').argParser(parsePositiveInteger),
    new Option('--all-commits', 'keep what any commit needs'),
    new Option('--no-runs', 'do not keep what recorded runs logged'),
    new Option('--max-size <size>', 'also drop files that the workspace holds too, until the cache is no larger (50G, 500MB)').argParser(
      parseSize,
    ),
    new Option('--ignore-project <path>', 'a project on the same cache that needs nothing any more (can be repeated)').argParser(collect),
    new Option('--remote [name]', 'of a remote instead of the cache (default: mlo remote default, or the only one)'),
    new Option('--keep <revision>', 'with --remote: keep what a Git revision needs (can be repeated)').argParser(collect),
    new Option('--keep-project <path>', 'with --remote: keep what another project on it needs (can be repeated)').argParser(collect),
    new Option('--grace <duration>', 'with --remote: keep what was pushed since (14d)').argParser(parseAge),
    new Option('--repack', 'with --remote: also write packs anew of which less than half is needed'),
    new Option('-j, --jobs <count>', 'with --remote: requests side by side').argParser(parsePositiveInteger),
  ],
  shows: 'tasks',
  writes: true,
  async run({ context, style, name }: Invocation, flags: Flags): Promise<Outcome> {
    if (flags.force === true && flags.dry === true)
      throw new MloError('MLO_USAGE', '--dry and --force exclude each other', { hint: 'mlo gc --dry' });
    refuseMixed(flags);
    if (flags.remote !== undefined) return await collectRemote(context, style, name, flags);
    const { gc } = await import('../../app/gc.ts');
    const data = await gc(context, {
      force: flags.force === true,
      branches: flags.branches === true,
      tags: flags.tags === true,
      commits: flags.commits ?? 0,
      allCommits: flags.allCommits === true,
      runs: flags.runs,
      ignoreProjects: flags.ignoreProject ?? [],
      ...given({ maxSize: flags.maxSize }),
    });
    const { gcLines, goesAnything } = await import('../../ui/render/gc.ts');
    const lines = gcLines(data, style);
    if (data.unfinished !== undefined) return { data, lines, ...unfinished(data.unfinished.why) };
    if (data.done || !goesAnything(data)) return { data, lines };
    return { data, lines, hint: `To delete it: ${withForce(name, context.command)}` };
  },
});

function refuseMixed(flags: Flags): void {
  const wrong = (flags.remote === undefined ? REMOTE_ONLY : LOCAL_ONLY).find((flag) => flags[flag] !== undefined);
  if (wrong === undefined) return;
  const option = `--${wrong.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const message =
    flags.remote === undefined ? `${option} is for remotes` : `${option} is for the cache: of a remote, branches and tags are kept anyway`;
  throw new MloError('MLO_USAGE', message, { hint: flags.remote === undefined ? 'mlo gc --remote' : 'mlo gc --remote --help' });
}

async function collectRemote(context: AppContext, style: Style, name: string, flags: Flags): Promise<Outcome> {
  const { gcRemote } = await import('../../app/gc-remote.ts');
  const data = await gcRemote(context, {
    force: flags.force === true,
    keep: flags.keep ?? [],
    keepProjects: flags.keepProject ?? [],
    allCommits: flags.allCommits === true,
    runs: flags.runs,
    graceMs: flags.grace ?? GRACE_MS,
    repack: flags.repack === true,
    ...(typeof flags.remote === 'string' ? { remote: flags.remote } : {}),
    ...given({ jobs: flags.jobs }),
  });
  const { gcRemoteLines, goesFromRemote } = await import('../../ui/render/gc-remote.ts');
  const lines = gcRemoteLines(data, style);
  if (data.done || !goesFromRemote(data)) return { data, lines };
  return { data, lines, hint: `To delete it: ${withForce(name, context.command)}` };
}

/** What could be deleted is; the exit code says that it is not all. */
function unfinished(message: string): Pick<Outcome, 'exitCode' | 'failure'> {
  const hint = 'Free some space, then run the same command again for the rest';
  return { exitCode: EXIT.partial, failure: { code: 'MLO_CACHE_IO', message, hint } };
}
