import { Option } from 'commander';
import type { FetchData } from '../../app/fetch.ts';
import { FETCH_JOBS } from '../../app/transfer/jobs.ts';
import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { MISSING_JSON } from './push.ts';
import { transferOptions, transferScope, type TransferFlags } from './transfer-options.ts';

interface PullFlags extends TransferFlags {
  readonly force?: boolean;
}

const FETCH_JSON = [
  ['done', 'false with --dry-run'],
  ['files, trees, bytes', 'that came (with --dry-run: to come)'],
  ['bytesReceived, requests', 'what went over the wire'],
  ['requestsExpected?', 'with --dry-run: about how many requests it would take'],
  ['here', 'files that were in the cache already'],
  [
    'runs?.added, .changed, .results',
    'runs that are new or changed here, entries that came into the run-cache; absent with --no-runs, targets or --rev',
  ],
  ['runs?.conflicts[].run, .key, .kept, .given', 'params of which another value is here, which stays'],
  ['runs?.damaged[].key, .message', 'what on the remote could not be taken in'],
  ...MISSING_JSON,
  ['onlyElsewhere', 'all that is missing is not for this remote: push: false, or remote: with the name of another one'],
] as const;

export const fetchVerb = defineCommand({
  usage: 'fetch [targets...]',
  summary: 'bring data from the remote into the cache, and leave the workspace as it is',
  details:
    'Every byte is compared with its digest before it is kept. What the remote does not have, or has damaged, is named with the files and stages that it belongs ' +
    `to; the rest comes, and the exit code is ${EXIT.partial}. Without targets runs of other machines are merged with those that are here, ` +
    'with their artifacts, and results come into the run-cache.',
  examples: [
    ['mlo fetch', 'what locks and pointers of the workspace name'],
    ['mlo fetch --all-tags', 'and what all tags name, to work without a network'],
  ],
  options: transferOptions(FETCH_JOBS),
  json: FETCH_JSON,
  writes: true,
  async run({ context, style }: Invocation, flags: TransferFlags, targets: readonly string[]): Promise<Outcome> {
    const { fetchFromRemote } = await import('../../app/fetch.ts');
    const data = await fetchFromRemote(context, transferScope(flags, targets));
    const { fetchLines } = await import('../../ui/render/transfer.ts');
    return { data, lines: fetchLines(data, style), ...(await fetchProblem(data)) };
  },
});

export const pullVerb = defineCommand({
  usage: 'pull [targets...]',
  summary: 'bring data from the remote into cache and workspace',
  details:
    'mlo fetch, then mlo checkout. Without targets everything that locks and pointers of the workspace name. Bytes of the workspace that exist nowhere else are ' +
    'never overwritten without --force.',
  examples: [
    ['mlo pull', 'after git clone or git pull: the data of this commit'],
    ['mlo pull data/raw', 'one tracked folder'],
    ['mlo pull -r archive --rev v1.0 models', 'the models of a tag, from another remote'],
  ],
  options: [...transferOptions(FETCH_JOBS), new Option('--force', 'overwrite and delete files that are not in the cache')],
  json: [
    ['fetch', 'as of mlo fetch'],
    ['checkout?', 'as of mlo checkout; absent with --dry-run'],
  ],
  writes: true,
  async run({ context, style }: Invocation, flags: PullFlags, targets: readonly string[]): Promise<Outcome> {
    const { pull } = await import('../../app/pull.ts');
    const data = await pull(context, { ...transferScope(flags, targets), force: flags.force === true });
    const [{ fetchLines }, { checkoutLines }] = await Promise.all([
      import('../../ui/render/transfer.ts'),
      import('../../ui/render/checkout.ts'),
    ]);
    const lines = [...fetchLines(data.fetch, style), ...(data.checkout === undefined ? [] : checkoutLines(data.checkout, style))];
    const problem = await fetchProblem(data.fetch);
    const failed = data.checkout?.targets.filter(({ change }) => change === 'failed') ?? [];
    if (problem !== undefined || failed.length === 0) return { data, lines, ...problem };
    const message = `${failed.length} of ${data.checkout?.targets.length ?? 0} targets could not be checked out`;
    return { data, lines, exitCode: EXIT.partial, failure: { code: 'MLO_CHECKOUT', message } };
  },
});

async function fetchProblem(data: FetchData): Promise<Pick<Outcome, 'exitCode' | 'failure'> | undefined> {
  const { transferFailure } = await import('../../ui/render/transfer.ts');
  const message = transferFailure(data, 'fetched');
  if (message === undefined) return undefined;
  const push = `mlo push -r ${data.remote}`;
  const hasDamagedRuns = (data.runs?.damaged.length ?? 0) > 0;
  const mend = hasDamagedRuns ? `mlo verify --remote ${data.remote} --repair; then, ` : '';
  const hint = data.onlyElsewhere
    ? 'that is not for this remote (push: false, or remote: of another one): mlo repro makes it, or mlo pull -r <that remote>'
    : data.neverPushed === true
      ? `is it the right address? mlo remote show ${data.remote}; else, where the data is: ${push}`
      : `${mend}where the data is: ${push}; then here the same command again`;
  return { exitCode: EXIT.partial, failure: { code: 'MLO_TRANSFER', message, hint } };
}
