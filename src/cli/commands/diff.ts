import { Option } from 'commander';
import { EXIT } from '../../core/errors/catalogue.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';
import { collect } from '../parse-values.ts';
import { revisionsOf } from '../revisions.ts';

interface Flags {
  readonly targets?: readonly string[];
  readonly md?: boolean;
}

export const diffVerb = defineCommand({
  usage: 'diff [from] [to]',
  summary: 'say which files of tracked data and outs differ between revisions or from the workspace',
  details:
    'Without revisions, HEAD with the workspace; with one, it with the workspace. Folders that are equal are ' +
    'never opened. Exit code 3 where trees are missing from the cache, so that not everything could be compared.',
  examples: [
    ['mlo diff', 'what has changed since the last commit, file by file'],
    ['mlo diff v1.0 main --md', 'between two revisions, as a table for a pull request'],
    ['mlo diff v1.0 --targets data/train', 'one folder, against the workspace'],
  ],
  options: [
    new Option('--targets <path>', 'only what is at or below this path (again for more)').argParser(collect),
    new Option('--md', 'as a Markdown table'),
  ],
  json: [
    ['old, new', 'revisions as typed, or workspace'],
    ['changes[].kind', 'added, deleted, modified, renamed, type (another kind of thing) or mode (executable bit)'],
    ['changes[].path, .from?', 'where it is (deleted: was); renamed: where it was'],
    [
      'changes[].old?, .new?',
      '{ type: file, exec, symlink or tree; digest; size in bytes; files? of a tree }; a tree stands for all that is in it',
    ],
    ['counts', 'files by kind of change'],
    ['sizeChange', 'bytes that all changes add up to'],
    ['unread[]', '{ path, side: old or new, digest }: trees that the cache does not have'],
  ],
  async run({ context, style }: Invocation, flags: Flags, from: string | undefined, to: string | undefined): Promise<Outcome> {
    const { diff } = await import('../../app/diff.ts');
    const data = await diff(context, { revs: revisionsOf(from, to), paths: flags.targets ?? [] });
    const { diffLines, diffMarkdown } = await import('../../ui/render/diff.ts');
    const lines = flags.md === true ? diffMarkdown(data, style) : diffLines(data, style);
    if (data.unread.length === 0) return { data, lines };
    const { unreadLines } = await import('../../ui/render/tree-changes.ts');
    const message = `${data.unread.length} trees are not in the cache: what changed in them is not known`;
    return {
      data,
      lines,
      exitCode: EXIT.partial,
      failure: { code: 'MLO_OBJECT_MISSING', message },
      errorLines: unreadLines(data.unread, style, data),
    };
  },
});
