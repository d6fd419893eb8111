import { MloError } from '../../core/errors/mlo-error.ts';
import type { Digest } from '../../core/content.ts';
import { openGitHistory } from '../../fs/git-history.ts';
import type { Project } from '../project.ts';
import { historyContents } from '../tracked/history-contents.ts';
import type { NamedContent } from '../tracked/stored-texts.ts';
import { gitOf, openRevision, pipelineAt } from '../values/revision.ts';

/** A branch or tag, and what locks and pointers name in the commit that it is on. */
export interface RefContents {
  /** `branch main`, `tag v1.0`. */
  readonly label: string;
  readonly commit: string;
  readonly contents: readonly NamedContent[];
}

/** Of all branches and tags, or of one kind; none, with a warning, where they cannot be read. */
export function refContents(project: Project, kinds = { allBranches: true, allTags: true }): readonly RefContents[] {
  if (!kinds.allBranches && !kinds.allTags) return [];
  try {
    const history = openGitHistory(project.root);
    const refs = history?.refs().filter(({ kind }) => (kind === 'branch' ? kinds.allBranches : kinds.allTags)) ?? [];
    if (history === undefined || refs.length === 0) return [];
    const contents = historyContents(history, [...new Set(refs.map(({ commit }) => commit))]);
    return refs.map(({ kind, name, commit }) => ({
      label: `${kind} ${name}`,
      commit,
      contents: contents.get(commit)?.contents ?? [],
    }));
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    project.ctx.emit({ type: 'warning', message: `What branches and tags need was not looked at: ${error.message}` });
    return [];
  }
}

/**
 * Without the outs that were never in the cache: a lock names those, too. Only outs that are missing are asked about, for the
 * pipeline files of every branch and tag have to be read for it.
 */
export async function cachedContents(
  project: Project,
  refs: readonly RefContents[],
  missing: ReadonlySet<Digest>,
): Promise<readonly RefContents[]> {
  const known = new Map<string, readonly NamedContent[]>();
  for (const { commit, contents } of refs) {
    if (known.has(commit)) continue;
    const isDoubtful = ({ lock, content }: NamedContent): boolean => lock !== undefined && missing.has(content.digest);
    if (!contents.some(isDoubtful)) continue;
    const isCached = await cachedOutsAt(project, commit);
    known.set(
      commit,
      contents.filter((each) => !isDoubtful(each) || isCached(each)),
    );
  }
  return refs.map((ref) => ({ ...ref, contents: known.get(ref.commit) ?? ref.contents }));
}

/** Where the pipeline of that commit cannot be read, it is not known, and nothing is asked for. */
async function cachedOutsAt(project: Project, commit: string): Promise<(named: NamedContent) => boolean> {
  const pipeline = await pipelineAt(project, openRevision(gitOf(project), commit));
  const lockOf = new Map(pipeline?.files.map((file) => [file.path, file.lockPath]));
  const cached = new Set(
    pipeline?.stages.flatMap((stage) =>
      stage.outs.filter((out) => out.cache).map((out) => `${lockOf.get(stage.file) ?? ''}\0${stage.name}\0${out.path}`),
    ),
  );
  return ({ lock, path }) => lock !== undefined && cached.has(`${lock.file}\0${lock.stage}\0${path}`);
}
