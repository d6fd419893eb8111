import { NOTE_TAG } from '../../core/note-tag.ts';
import type { NamedRun } from '../../tracking/edits/types.ts';
import { withProject } from '../project.ts';
import { readTracking } from '../read-tracking.ts';
import type { AppContext } from '../types.ts';
import { withRecordedRuns } from './write-tracking.ts';

export interface RunsTagData extends NamedRun {
  /** Tags that got another value or went. */
  readonly changed: readonly string[];
}

/** `null` removes a tag. Throws MLO_RUN_UNKNOWN, MLO_RUN_STATE, MLO_USAGE for a tag that is not there. */
export async function runsTag(ctx: AppContext, id: string, tags: ReadonlyMap<string, string | null>): Promise<RunsTagData> {
  return await withRecordedRuns(ctx, (tracking) => tracking.edits.setTags(id, tags));
}

export interface RunsNoteData extends NamedRun {
  readonly note: string;
  readonly changed: boolean;
}

export async function runsReadNote(ctx: AppContext, id: string): Promise<RunsNoteData> {
  return await withProject(ctx, async (project) => {
    const { id: full, name, tags } = await readTracking(project, (tracking) => tracking.get(id));
    return { id: full, name, note: tags[NOTE_TAG] ?? '', changed: false };
  });
}

/** An empty text removes the note. */
export async function runsWriteNote(ctx: AppContext, id: string, text: string): Promise<RunsNoteData> {
  return await withRecordedRuns(ctx, ({ edits, get }) => {
    const { id: full, name, tags } = get(id);
    if (text === '' && tags[NOTE_TAG] === undefined) return { id: full, name, note: '', changed: false };
    const { changed } = edits.setTags(full, new Map([[NOTE_TAG, text === '' ? null : text]]));
    return { id: full, name, note: text, changed: changed.length > 0 };
  });
}

export interface RunsRenameData extends NamedRun {
  readonly before: string;
}

export async function runsRename(ctx: AppContext, id: string, name: string): Promise<RunsRenameData> {
  return await withRecordedRuns(ctx, (tracking) => tracking.edits.rename(id, name));
}
