import { Option } from 'commander';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { unreadFailure } from '../unread-failure.ts';
import { given } from '../../core/given.ts';

interface Flags {
  readonly rev?: string;
  readonly recursive?: boolean;
  readonly size?: boolean;
  readonly tracked?: boolean;
}

export const lsVerb = defineCommand({
  usage: 'ls [path]',
  summary: 'list what is in a tracked folder or in the project, at any revision, without checking it out',
  details:
    'Shows files of Git and what mlo keeps: added data and outs in the cache. Without a revision it is what the pointers and locks of the workspace name, ' +
    'whether or not it is checked out. path@revision is the same as path --rev revision.',
  examples: [
    ['mlo ls', 'the files here, with data and outs marked'],
    ['mlo ls data@v1.0 --size', 'what was in a tracked folder at a tag, with sizes'],
    ['mlo ls -R --rev HEAD~1 --tracked', 'every file that mlo kept a commit ago'],
  ],
  options: [
    new Option('--rev <revision>', 'a Git revision or tag instead of the workspace'),
    new Option('-R, --recursive', 'everything below'),
    new Option('--size', 'sizes, and of folders the number of files'),
    new Option('--tracked', 'only what mlo keeps'),
  ],
  json: [
    ['rev, path', 'the revision as typed, or workspace; what was listed, from the project root'],
    ['entries[].path, .type', 'relative to what was listed; file, exec, symlink or folder'],
    ['entries[].size?, .files?, .digest?', 'bytes; number of files; BLAKE3-256 of what mlo keeps'],
    ['entries[].kept?, .stage?', 'data (added) or out, and of which stage; absent where mlo does not keep it'],
    ['unread[]', '{ path, digest }: folders whose tree the cache does not have'],
  ],
  async run({ context, style }: Invocation, flags: Flags, path: string | undefined): Promise<Outcome> {
    const { ls } = await import('../../app/ls.ts');
    const data = await ls(context, {
      recursive: flags.recursive === true,
      tracked: flags.tracked === true,
      ...given({ path, rev: flags.rev }),
    });
    const { lsLines } = await import('../../ui/render/ls.ts');
    const marks = data.entries.some((entry) => entry.kept === undefined) || new Set(data.entries.map((entry) => entry.stage)).size > 1;
    return { data, lines: lsLines(data, style, { size: flags.size === true, marks }), ...unreadFailure(data.unread) };
  },
});
