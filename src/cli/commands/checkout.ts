import { Option } from 'commander';
import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { fileOf, fileOption } from '../shared-options.ts';

interface Flags {
  readonly file?: string;
  readonly force?: boolean;
}

export const checkoutVerb = defineCommand({
  usage: 'checkout [targets...]',
  summary: 'put the data that locks and pointers name into the workspace',
  details:
    'Targets are stages, outs or tracked paths; without targets, everything. Bytes that exist nowhere else are never overwritten without --force.',
  examples: [
    ['mlo checkout', 'after git checkout: data and outs of this commit'],
    ['mlo checkout train data/raw', 'the outs of one stage and one tracked folder'],
  ],
  options: [fileOption(), new Option('--force', 'overwrite and delete files that are not in the cache')],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
    const { checkout } = await import('../../app/checkout.ts');
    const data = await checkout(context, { targets, force: flags.force === true, ...fileOf(flags) });
    const { checkoutLines } = await import('../../ui/render/summaries.ts');
    const lines = checkoutLines(data, style);
    const failed = data.targets.filter((target) => target.change === 'failed');
    if (failed.length === 0) return { data, lines };
    const message = `${failed.length} of ${data.targets.length} targets could not be checked out`;
    return {
      data,
      lines,
      exitCode: EXIT.partial,
      failure: { code: 'MLO_CHECKOUT', message },
      errorLines: [`error[MLO_CHECKOUT]: ${message}`],
    };
  },
});
