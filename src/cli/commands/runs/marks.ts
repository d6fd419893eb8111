import { Option } from 'commander';
import { MloError } from '../../../core/errors/mlo-error.ts';
import { defineCommand, type Invocation, type Outcome } from '../../command.ts';
import { readStdin } from '../../read-stdin.ts';
import { collect, parseTags } from '../../parse-values.ts';

interface TagFlags {
  readonly remove?: readonly string[];
}

export const runsTagVerb = defineCommand({
  usage: 'tag <id> [tags...]',
  summary: 'set or remove tags of a run',
  details: 'A tag has one value; the last one set counts, also between machines that exchange runs. Values are texts of any kind.',
  examples: [
    ['mlo runs tag 4f1a owner=anna stage=candidate', 'set two tags'],
    ['mlo runs tag 4f1a --remove stage', 'remove one'],
  ],
  options: [new Option('--remove <key>', 'a tag to remove (again for more)').argParser(collect)],
  json: [
    ['id, name', 'the run'],
    ['changed[]', 'tags that got another value or went'],
  ],
  async run({ context, style }: Invocation, { remove = [] }: TagFlags, id: string, texts: readonly string[]): Promise<Outcome> {
    const tags = tagsToSet(texts, remove, 'mlo runs tag 4f1a owner=anna');
    const { runsTag } = await import('../../../app/runs/tag.ts');
    const data = await runsTag(context, id, tags);
    const { changedTagLines } = await import('../../../ui/render/runs-changes.ts');
    return { data, lines: changedTagLines(`Run ${data.id.slice(0, 8)}`, data.changed, style) };
  },
});

/** Throws MLO_USAGE where there is nothing to do, and for a tag that is to be set and removed. */
export function tagsToSet(texts: readonly string[], remove: readonly string[], example: string): ReadonlyMap<string, string | null> {
  const set = parseTags(texts);
  if (set.size + remove.length === 0) throw new MloError('MLO_USAGE', 'No tag was given', { hint: `For example: ${example}` });
  const both = remove.find((key) => set.has(key));
  if (both !== undefined)
    throw new MloError('MLO_USAGE', `The tag '${both}' is to be set and to be removed`, { hint: `For example: ${example}` });
  return new Map<string, string | null>([...set, ...remove.map((key) => [key, null] as const)]);
}

interface NoteFlags {
  readonly remove?: boolean;
}

export const runsNoteVerb = defineCommand({
  usage: 'note <id> [text]',
  summary: 'write a note about a run, or show it',
  details: 'The text - is read from stdin. The note is the tag mlflow.note.content, which MLflow shows as the description of a run.',
  examples: [
    ['mlo runs note 4f1a "The learning rate is too high"', 'write a note'],
    ['mlo runs note 4f1a', 'show it'],
    ['mlo runs note 4f1a -', 'a note of several lines, from stdin'],
  ],
  options: [new Option('--remove', 'remove the note')],
  json: [
    ['id, name', 'the run'],
    ['note, changed', 'the text, empty where there is none; whether this command changed it'],
  ],
  async run({ context, style }: Invocation, { remove }: NoteFlags, id: string, text: string | undefined): Promise<Outcome> {
    if (remove === true && text !== undefined)
      throw new MloError('MLO_USAGE', 'A note is written or removed, not both', { hint: 'mlo runs note --help' });
    const { runsReadNote, runsWriteNote } = await import('../../../app/runs/tag.ts');
    const { noteLines } = await import('../../../ui/render/runs-changes.ts');
    if (text === undefined && remove !== true) {
      const data = await runsReadNote(context, id);
      if (data.note !== '') return { data, lines: noteLines(data.note) };
      return { data, lines: [], hint: `The run has no note. To write one: mlo runs note ${data.id.slice(0, 8)} "…"` };
    }
    const given = remove === true ? '' : text === '-' ? (await readStdin()).toString('utf8').replace(/\r?\n$/, '') : (text ?? '');
    const data = await runsWriteNote(context, id, given);
    const { changedTagLines } = await import('../../../ui/render/runs-changes.ts');
    return { data, lines: changedTagLines(`Run ${data.id.slice(0, 8)}`, data.changed ? ['note'] : [], style) };
  },
});

export const runsRenameVerb = defineCommand({
  usage: 'rename <id> <name>',
  summary: 'give a run another name',
  details: 'Names need not be unique: runs are told apart by their ids.',
  examples: [
    ['mlo runs rename 4f1a baseline', 'a name that says what it is'],
    ['mlo runs rename 4f1a "three layers, no dropout"', 'any text will do'],
  ],
  json: [
    ['id, name', 'the run with its new name'],
    ['before', 'the name that it had'],
  ],
  async run({ context, style }: Invocation, _flags: object, id: string, name: string): Promise<Outcome> {
    const { runsRename } = await import('../../../app/runs/tag.ts');
    const data = await runsRename(context, id, name);
    const { renameLines } = await import('../../../ui/render/runs-changes.ts');
    return { data, lines: renameLines(data, style) };
  },
});
