import { isInside } from '../core/path/project-path.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import type { ProjectPath } from '../core/stage.ts';
import { shellWord } from '../core/text/shell-word.ts';
import { statOf } from './add/path-faults.ts';
import { absolutePath, projectPath } from './paths.ts';
import { dataOf } from './pointer-tree.ts';
import { byteProgress } from './progress.ts';
import { withWriter, type Project } from './project.ts';
import { trackedState } from './tracked/tracked-state.ts';
import type { AppContext } from './types.ts';

export interface UnprotectData {
  readonly unprotected: readonly {
    readonly path: ProjectPath;
    /** Files that were links to the cache and have bytes of their own now. */
    readonly files: number;
    readonly bytes: number;
  }[];
}

/** Makes tracked files that are links to the cache files of their own, so that they can be written to. */
export async function unprotect(ctx: AppContext, options: { readonly paths: readonly string[] }): Promise<UnprotectData> {
  return await withWriter(ctx, async (project) => {
    const paths = await choose(project, options.paths);
    const cache = await project.cache();
    return {
      unprotected: paths.map((path) => {
        const progress = byteProgress(ctx.emit, 'checkout', path);
        let files = 0;
        let bytes = 0;
        cache.detach(absolutePath(project.root, path), {
          signal: ctx.signal,
          onDetached: (size) => {
            files += 1;
            bytes += size;
            progress(bytes);
          },
        });
        return { path, files, bytes };
      }),
    };
  });
}

/** Tracked paths, paths in them, and what is tracked in a folder; never the cache itself. */
async function choose(project: Project, typed: readonly string[]): Promise<readonly ProjectPath[]> {
  const { contents } = await trackedState(project);
  const chosen = new Set<ProjectPath>();
  for (const each of typed) {
    const path = projectPath(project.root, project.ctx.cwd, dataOf(each));
    const isIn = contents.some((tracked) => isInside(tracked.path, path));
    const found = isIn ? [path] : contents.filter((tracked) => path === '.' || isInside(path, tracked.path)).map((tracked) => tracked.path);
    if (found.length === 0)
      throw new MloError('MLO_TARGET', `'${path}' is not tracked by mlo`, { hint: 'mlo status shows what is tracked.' });
    for (const target of found) if (isThere(project, target, found.length > 1)) chosen.add(target);
  }
  return [...chosen];
}

function isThere(project: Project, path: ProjectPath, oneOfMany: boolean): boolean {
  if (statOf(absolutePath(project.root, path)) !== undefined) return true;
  if (oneOfMany) return false;
  throw new MloError('MLO_TARGET', `'${path}' is not in the workspace`, { hint: `mlo checkout ${shellWord(path)}` });
}
