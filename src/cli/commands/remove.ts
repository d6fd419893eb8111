import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';

interface Flags {
  readonly data?: boolean;
  readonly outs?: boolean;
  readonly force?: boolean;
}

export const removeVerb = defineCommand({
  usage: 'remove <targets...>',
  summary: 'stop tracking added data: the pointer and the .gitignore entry go, the data stays',
  examples: [
    ['mlo remove data/raw', 'the folder itself stays where it is'],
    ['mlo remove data/raw.mlo --data', 'delete it from the workspace too; the cache still has it'],
  ],
  options: [
    new Option('--data', 'delete the data in the workspace too, where the cache has its bytes'),
    new Option('--outs', 'the same as --data').hideHelp(),
    new Option('--force', 'with --data: also bytes that exist nowhere else'),
  ],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags, targets: readonly string[]): Promise<Outcome> {
    const { remove } = await import('../../app/remove.ts');
    const data = await remove(context, { targets, data: flags.data === true || flags.outs === true, force: flags.force === true });
    const { removeLines } = await import('../../ui/render/data-verbs.ts');
    return { data, lines: removeLines(data, style), hint: 'git add -u' };
  },
});
