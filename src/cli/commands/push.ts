import { PUSH_JOBS } from '../../app/transfer/jobs.ts';
import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { transferOptions, transferScope, type TransferFlags } from './transfer-options.ts';

export const MISSING_JSON = [
  ['missing[].digest, .uses', 'objects that could not travel (1000 at most); uses: { path, stage?, in }'],
  ['missing[].corruptAt?', 'the key on the remote whose bytes are wrong'],
  ['broken[].path, .message', 'pointers that cannot be read'],
] as const;

export const pushVerb = defineCommand({
  usage: 'push [targets...]',
  summary: 'send data that the remote does not have',
  details:
    'Without targets all that locks and pointers of the workspace name, finished runs with their artifacts, and results of the run-cache. Small files travel in packs, large ones as the chunks of them that changed; what is on ' +
    'the remote already is not sent again, and neither is what a push that was interrupted had sent. Where something is missing here the rest is pushed, ' +
    `the missing is named, and the exit code is ${EXIT.partial}.`,
  examples: [
    ['mlo push', 'to the default remote'],
    ['mlo push data/raw train', 'one tracked folder and the outs of one stage'],
    ['mlo push --all-branches --all-tags -r archive', 'what any branch or tag needs, to another remote'],
    ['mlo push --dry-run', 'how many bytes would be sent, in about how many requests'],
  ],
  options: transferOptions(PUSH_JOBS),
  writes: true,
  json: [
    ['done', 'false with --dry-run'],
    ['files, trees, bytes', 'pushed (with --dry-run: to push)'],
    ['bytesSent, packs, requests', 'what went over the wire'],
    ['requestsExpected?', 'with --dry-run: about how many requests the push would take'],
    ['there', 'files that were there already'],
    ['stays', 'outs that are not for this remote: push: false, or remote: with the name of another one'],
    [
      'runs?.sent, .there, .open',
      'runs that were pushed, that were there, and that are in progress and wait; absent with --no-runs, targets or --rev',
    ],
    ['runs?.results.sent, .there', 'results of the run-cache'],
    ['runs?.damaged[].key, .message', 'batches on the remote that cannot be read'],
    ...MISSING_JSON,
  ],
  async run({ context, style }: Invocation, flags: TransferFlags, targets: readonly string[]): Promise<Outcome> {
    const { push } = await import('../../app/push.ts');
    const data = await push(context, transferScope(flags, targets));
    const { pushLines, transferFailure } = await import('../../ui/render/transfer.ts');
    const lines = pushLines(data, style);
    const message = transferFailure(data, 'pushed');
    if (message === undefined) return { data, lines };
    const hint = 'make the missing data again (mlo repro), mlo add it, or push from the machine that has it';
    return { data, lines, exitCode: EXIT.partial, failure: { code: 'MLO_TRANSFER', message, hint } };
  },
});
