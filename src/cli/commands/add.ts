import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';

interface Flags {
  readonly commit?: boolean;
}

export const addVerb = defineCommand({
  usage: 'add <paths...>',
  summary: 'track files or folders: bytes into the cache, a small pointer file for Git',
  examples: [
    ['mlo add data/raw', 'track a folder; commit data/raw.mlo and .gitignore to Git'],
    ['mlo add images.zip labels.csv', 'track two files'],
  ],
  options: [new Option('--no-commit', 'write the pointer only, leave the cache alone')],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags, paths: readonly string[]): Promise<Outcome> {
    const { add } = await import('../../app/add.ts');
    const data = await add(context, { paths, commit: flags.commit !== false });
    const { addLines } = await import('../../ui/render/summaries.ts');
    const changed = data.added.filter((each) => each.changed);
    const hint = changed.length === 0 ? {} : { hint: `git add ${changed.map((each) => each.pointer).join(' ')} .gitignore` };
    return { data, lines: addLines(data, style), ...hint };
  },
});
