import { MloError } from '../../core/errors/mlo-error.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import type { Project } from '../project.ts';
import { isRevision, splitRevision } from '../tracked/find-path.ts';
import { trackedContents, type ChosenContents } from '../tracked-contents.ts';

export interface Wanted {
  readonly targets: readonly string[];
  readonly file?: string;
  readonly rev?: string;
}

/** What the targets name, of the revision that was asked for, or of their own: `path@revision` where nothing has that name. */
export async function wantedContents(
  project: Project,
  { targets, file, rev }: Wanted,
): Promise<Pick<ChosenContents, 'contents' | 'broken'> & { readonly revisions: readonly string[] }> {
  const marked = rev === undefined ? targets.filter((target) => target.includes('@')) : [];
  if (marked.length === 0) {
    const contents = await trackedContents(project, targets, file, rev).catch((error: unknown) => {
      throw asRevision(project, targets, error);
    });
    return { ...contents, revisions: rev === undefined ? [] : [rev] };
  }
  const plain = targets.filter((target) => !target.includes('@'));
  const chosen: Pick<ChosenContents, 'contents' | 'broken'>[] = plain.length === 0 ? [] : [await trackedContents(project, plain, file)];
  const revisions = new Set<string>();
  for (const target of marked) {
    const { revision, ...contents } = await ofMarked(project, target, file);
    chosen.push(contents);
    if (revision !== undefined) revisions.add(revision);
  }
  return {
    contents: chosen.flatMap(({ contents }) => contents),
    broken: chosen.flatMap(({ broken }) => broken),
    revisions: [...revisions],
  };
}

async function ofMarked(
  project: Project,
  target: string,
  file: string | undefined,
): Promise<Pick<ChosenContents, 'contents' | 'broken'> & { readonly revision?: string }> {
  try {
    return await trackedContents(project, [target], file);
  } catch (error) {
    if (!(error instanceof MloError) || error.code !== 'MLO_TARGET') throw error;
    const split = splitRevision(project, target);
    if (split === undefined) throw withHint(error, target);
    return { ...(await trackedContents(project, [split.path], file, split.revision)), revision: split.revision };
  }
}

/** `checkout main`, as Git has it: targets are data here. */
function asRevision(project: Project, targets: readonly string[], error: unknown): unknown {
  if (!(error instanceof MloError) || error.code !== 'MLO_TARGET') return error;
  const revision = targets.find((target) => isRevision(project, target));
  if (revision === undefined) return error;
  const typed = shellWord(revision);
  const hint = `All of that revision: git switch ${typed} && mlo checkout; its data only: mlo checkout --rev ${typed}`;
  return new MloError(error.code, error.message, { hint, details: error.details });
}

/** The revision may be what is wrong. */
function withHint(error: MloError, target: string): MloError {
  const at = target.lastIndexOf('@');
  return new MloError('MLO_TARGET', `${error.message}, and Git knows no revision '${target.slice(at + 1)}'`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    details: error.details,
  });
}
