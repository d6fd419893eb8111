import { Option } from 'commander';
import { MloError } from '../../core/errors/mlo-error.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { defineCommand, type Invocation, type Outcome } from '../command.ts';

interface Flags {
  readonly commit?: boolean;
  readonly from?: string;
}

/** More pointers than this are named by a pattern. */
const MOST_NAMED = 6;

export const addVerb = defineCommand({
  usage: 'add [paths...]',
  summary: 'track files or folders: bytes into the cache, a small pointer file for Git',
  details:
    'A path inside an added folder updates the pointer of that folder; one that is gone is taken out of it. ' +
    'Patterns in quotes are expanded here: * ? [a-z] within a name, ** over folders; what .mloignore names is left out.',
  examples: [
    ['mlo add data/raw', 'track a folder; commit data/raw.mlo and .gitignore to Git'],
    ['mlo add images.zip labels.csv', 'track two files'],
    ['mlo add data/raw/0001.png', 'one file of an added folder has changed: look at nothing else'],
    ['mlo add --from -', 'the paths of stdin: find . -name *.bin -print0 | mlo add --from -'],
  ],
  options: [
    new Option('--no-commit', 'write the pointer only, leave the cache alone'),
    new Option('--from <file>', 'more paths from a list, NUL or a line end between them; - for stdin'),
  ],
  writes: true,
  async run({ context, style }: Invocation, flags: Flags, paths: readonly string[]): Promise<Outcome> {
    if (paths.length === 0 && flags.from === undefined)
      throw new MloError('MLO_USAGE', 'There is nothing to add', { hint: 'mlo add <path>' });
    const listed = flags.from === undefined ? [] : await (await import('../path-list.ts')).readPathList(flags.from, context.cwd);
    const { add } = await import('../../app/add.ts');
    const data = await add(context, { paths, listed, commit: flags.commit !== false });
    const { addLines } = await import('../../ui/render/add.ts');
    const changed = data.added.filter((each) => each.changed);
    if (changed.length === 0) return { data, lines: addLines(data, style) };
    const hint = flags.commit === false ? storeHint(changed.map(({ path }) => path)) : gitHint(changed.map(({ pointer }) => pointer));
    return { data, lines: addLines(data, style), hint };
  },
});

/** Of what only pointers name yet. */
function storeHint(paths: readonly string[]): string {
  return `The cache does not have these bytes yet: mlo commit${paths.length > MOST_NAMED ? '' : ` ${paths.map(shellWord).join(' ')}`}`;
}

function gitHint(pointers: readonly string[]): string {
  if (pointers.length > MOST_NAMED) return "git add '*.mlo' '*.gitignore'";
  const ignores = new Set(pointers.map((pointer) => pointer.slice(0, pointer.lastIndexOf('/') + 1) + '.gitignore'));
  return `git add ${[...pointers, ...ignores].map(shellWord).join(' ')}`;
}
