import { sameContent, type Content } from '../../core/content.ts';
import type { RepositorySource } from '../../core/pointer-source.ts';
import type { Project } from '../project.ts';
import { findPathIn } from './bring-path.ts';
import type { Move } from './move.ts';
import { openRepository, type OpenedRepository } from './open-repository.ts';

/** Asks a repository what lies at the path of an import now. The bytes come with `bring`. */
export async function moveRepository(
  project: Project,
  { content, source }: { readonly content: Content; readonly source: RepositorySource },
  { rev, force }: { readonly rev?: string; readonly force: boolean },
): Promise<Move> {
  const revision = rev ?? source.rev;
  return await withRepository(project, source.repo, async (opened) => {
    const commit = opened.repository.commit(revision);
    const moves = rev !== undefined && rev !== source.rev;
    if (commit === source.commit && !moves && !force) return { kind: 'unchanged' };
    const found = await findPathIn(project, opened, commit, source.path);
    // Other commits that changed something else are no news.
    if (sameContent(found.content, content) && !moves && !force) return { kind: 'unchanged' };
    const now: RepositorySource = { repo: source.repo, path: source.path, ...(revision === undefined ? {} : { rev: revision }), commit };
    return {
      kind: 'moved',
      before: inWords(source),
      now: inWords(now),
      bring: async () => {
        const { files, bytes } = await found.bring();
        return { content: found.content, source: now, files, bytes };
      },
    };
  });
}

/** Opens it for as long as `work` runs. */
export async function withRepository<T>(project: Project, address: string, work: (opened: OpenedRepository) => Promise<T>): Promise<T> {
  const opened = openRepository(project.ctx, address, project.root);
  try {
    return await work(opened);
  } finally {
    opened.repository.close();
  }
}

function inWords({ rev, commit }: RepositorySource): string {
  return rev === undefined || commit.startsWith(rev) ? commit.slice(0, 12) : `${rev} (${commit.slice(0, 12)})`;
}
