import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { unreadFailure } from '../unread-failure.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly rev?: string;
}

export const duVerb = defineCommand({
  usage: 'du [paths...]',
  summary: 'say how large tracked data and outs are, with and without counting equal files again',
  details:
    'Without paths, everything that mlo keeps. Several revisions at once (data@v1.0 data@v2.0) show in the last row how much they share. Sizes are those ' +
    'of the files; packs and compression may make them smaller on the disk.',
  examples: [
    ['mlo du', 'every tracked path, and all of them together'],
    ['mlo du data@v1.0 data@v2.0', 'two versions of a folder, and what both need together'],
  ],
  options: [new Option('--rev <revision>', 'a Git revision or tag instead of the workspace')],
  json: [
    ['rows[].path, .rev', 'what was measured'],
    ['rows[].size, .files', 'bytes and files'],
    ['rows[].uniqueSize, .uniqueFiles', 'the same with equal files counted once'],
    ['total', 'size, files, uniqueSize and uniqueFiles of all rows together'],
    ['unread[]', '{ path, digest }: trees that the cache does not have; not in the unique numbers'],
  ],
  async run({ context, style }: Invocation, flags: Flags, paths: readonly string[]): Promise<Outcome> {
    const { du } = await import('../../app/du.ts');
    const data = await du(context, { paths, ...given({ rev: flags.rev }) });
    const { duLines } = await import('../../ui/render/du.ts');
    return { data, lines: duLines(data, style), ...unreadFailure(data.unread) };
  },
});
