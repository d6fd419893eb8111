import { Option } from 'commander';
import type { AppContext, StageStatus } from '../../app/types.ts';
import { EXIT } from '../../core/errors/catalogue.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { noStages } from '../no-stages.ts';
import { fileOption } from '../shared-options.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly file?: string;
  readonly why?: boolean;
  readonly check?: boolean;
  readonly granular?: boolean;
  readonly remote?: string | true;
  readonly runs?: boolean;
}

export const statusVerb = defineCommand({
  usage: 'status [targets...]',
  summary: 'say which stages and data are out of date',
  details:
    'Targets are stages, outs, and tracked paths. Folders are compared with what their pointer or lock names: by default the changed files are ' +
    'counted, --granular names them. Never waits for a running mlo. Exit code 0, with --check 4 when something is out of date.',
  examples: [
    ['mlo status', 'what repro would do, one line a stage'],
    ['mlo status --why', 'with every reason, old value → new value'],
    ['mlo status --granular data', 'which files of a tracked folder are new, gone, changed or renamed'],
    ['mlo status --remote', 'what was not pushed yet, and what was not pulled'],
    ['mlo status --check', 'for scripts: exit code 4 when something is out of date'],
  ],
  options: [
    fileOption(),
    new Option('-w, --why', 'every reason, with old and new'),
    new Option('--granular', 'name every file that differs'),
    new Option(
      '--remote [name]',
      'instead: which data the cache has and the remote has not, the other way round, and imports whose source changed',
    ),
    new Option('--no-runs', 'with --remote: leave out runs and results of the run-cache'),
    new Option('--check', `exit with ${EXIT.outOfDate} when something is out of date`),
  ],
  json: [
    ['upToDate', 'true where no stage and no data differs'],
    ['stages[].name, .state', 'state: unchanged, restore, run or blocked'],
    ['stages[].reasons', 'why, with old and new'],
    [
      'data[].path, .state',
      'tracked paths; state: unchanged, modified, missing (nothing lies there), not-cached, broken-pointer or unreadable',
    ],
    ['data[].message?, .hint?', 'what is wrong with a broken pointer, or what cannot be read, and the way out'],
    ['outs[]', 'the same of outs that are not as in the lock, with their stage'],
    ['data[].counts?', 'files by kind of change: added, deleted, modified, renamed, type, mode'],
    ['data[].notCached?', '{ files, paths? }: what the cache does not have'],
    ['data[].unread?', '{ path, side, digest }: trees that the cache does not have'],
    ['data[].changes?', 'with --granular, as below'],
    ['changes[].kind', 'added, deleted, modified, renamed, type (another kind of thing) or mode (executable bit)'],
    ['changes[].path, .from?', 'where it is (deleted: was); renamed: where it was'],
    [
      'changes[].old?, .new?',
      '{ type: file, exec, symlink or tree; digest; size in bytes; files? of a tree }; a tree stands for all that is in it',
    ],
    ['imports[]?', 'with --remote: as of mlo update --dry-run, what has changed at the sources of imports'],
    ['runs?.toPush, .toFetch, .inProgress', 'with --remote: numbers of runs'],
    ['runs?.results.toPush, .toFetch', 'the same of results of the run-cache'],
    ['runs?.damaged[].key, .message', 'batches on the remote that cannot be read'],
    ['elsewhere[]?', 'where the pipeline file here has no stages: files that have some, relative to this folder'],
    ['busy?', '{ pid, host, command, sinceMs }: who is writing now'],
  ],
  async run(invocation: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
    const { context, style, globals } = invocation;
    if (flags.remote !== undefined) return await remoteOutcome(invocation, flags, targets);
    const { status } = await import('../../app/status.ts');
    const data = await status(context, { targets, granular: flags.granular === true, ...given({ file: flags.file }) });
    const { statusLines } = await import('../../ui/render/status.ts');
    const exitCode = flags.check === true && !data.upToDate ? EXIT.outOfDate : EXIT.ok;
    const lines = statusLines(data, style, { why: flags.why === true, all: globals.verbose, now: Date.now() });
    const toRun = data.stages.some((stage) => stage.state === 'run' || stage.state === 'restore');
    const [other] = data.elsewhere ?? [];
    if (other !== undefined) return { data, lines, exitCode, hint: `mlo status --file ${shellWord(other)}` };
    if (data.stages.length === 0 && data.data.length === 0) return { ...noStages(invocation, data, lines), exitCode };
    const hint = toRun ? await runHint(context, [...data.data, ...data.outs], data.stages) : await dataHint(context, data.data);
    return { data, lines, exitCode, ...given({ hint }) };
  },
});

/** `status --remote`: compares cache and remote. */
async function remoteOutcome({ context, style }: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
  const { remoteStatus } = await import('../../app/remote-status.ts');
  const named = typeof flags.remote === 'string' ? { remote: flags.remote } : {};
  const compared = await remoteStatus(context, { targets, allBranches: false, allTags: false, runs: flags.runs !== false, ...named });
  const { importStatus } = await import('../../app/update.ts');
  const imports = await importStatus(context, targets);
  const data = imports.length === 0 ? compared : { ...compared, imports };
  const { remoteStatusLines } = await import('../../ui/render/remote.ts');
  const exitCode = flags.check === true && !data.upToDate ? EXIT.outOfDate : EXIT.ok;
  const isAhead = data.data.some(({ state }) => state === 'local') || (data.runs?.toPush ?? 0) + (data.runs?.results.toPush ?? 0) > 0;
  const isBehind = data.data.some(({ state }) => state === 'remote') || (data.runs?.toFetch ?? 0) + (data.runs?.results.toFetch ?? 0) > 0;
  const where = typeof flags.remote === 'string' ? ` -r ${shellWord(flags.remote)}` : '';
  const pullFirst = isBehind ? `mlo pull${where}, then ` : '';
  const wanted = isAhead ? `${pullFirst}mlo push${where}` : data.upToDate ? undefined : `mlo pull${where}`;
  const lines = remoteStatusLines(compared, style);
  if (imports.length > 0) lines.push(...(await import('../../ui/render/imports.ts')).updateLines({ imports, done: false }, style));
  return { data, lines, exitCode, ...given({ hint: wanted }) };
}

/** After a clone the remote may have what stages made, and npm has not installed what they import. */
async function runHint(
  context: AppContext,
  data: readonly { readonly notCached?: unknown }[],
  stages: readonly StageStatus[],
): Promise<string> {
  if (stages.some(({ reasons }) => reasons.length > 0 && reasons.every(isNotInstalled)))
    return 'npm ci installs the packages that stages ran with; without them: mlo repro';
  const mayBeThere = data.some(({ notCached }) => notCached !== undefined) && (await hasRemote(context));
  return mayBeThere ? 'mlo repro --pull (takes from the remote what is there, and runs the rest)' : 'mlo repro';
}

function isNotInstalled(reason: StageStatus['reasons'][number]): boolean {
  return reason.kind === 'package' && reason.new === 'missing';
}

async function hasRemote(context: AppContext): Promise<boolean> {
  const { remoteList } = await import('../../app/remotes/list-remotes.ts');
  return (await remoteList(context)).remotes.length > 0;
}

/** What to type about data alone. */
async function dataHint(
  context: AppContext,
  data: readonly { readonly path: string; readonly state: string; readonly notCached?: unknown; readonly hint?: string }[],
): Promise<string | undefined> {
  const modified = data.filter((each) => each.state === 'modified');
  if (modified.length > 0)
    return `keep the changes: mlo commit ${shellWord(modified[0]?.path ?? '')}; undo them: mlo checkout --force ${shellWord(modified[0]?.path ?? '')}`;
  const lost = data.find((each) => each.notCached !== undefined);
  if (lost !== undefined) {
    return `where the files are in the workspace: mlo add ${shellWord(lost.path)}; where another copy may be: ${(await hasRemote(context)) ? 'mlo pull' : 'mlo verify --repair'}`;
  }
  const unreadable = data.find((each) => each.state === 'unreadable');
  if (unreadable?.hint !== undefined) return unreadable.hint;
  return data.some((each) => each.state === 'missing') ? 'mlo checkout' : undefined;
}
