import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { fileOption } from '../shared-options.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly file?: string;
  readonly force?: boolean;
}

export const commitVerb = defineCommand({
  usage: 'commit [targets...]',
  summary: 'take the workspace as it is: store outs and data, update locks and pointers',
  details: 'For outs made by hand or with repro --no-commit. Nothing runs.',
  examples: [
    ['mlo commit', 'store and lock everything that has changed'],
    ['mlo commit train --force', 'accept the outs of train although its deps have changed'],
  ],
  options: [fileOption(), new Option('--force', 'also where deps or params have changed since the outs were made')],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
    const { commit } = await import('../../app/commit.ts');
    const data = await commit(context, { targets, force: flags.force === true, ...given({ file: flags.file }) });
    const { commitLines } = await import('../../ui/render/summaries.ts');
    return { data, lines: commitLines(data, style) };
  },
});
