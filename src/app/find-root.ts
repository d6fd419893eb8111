import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { isInside } from '../core/path/project-path.ts';
import { inMainCheckout, linkedWorktree } from '../fs/git-worktree.ts';

/** Pipeline files a folder may have; the first that exists counts. */
export const PIPELINE_FILES = ['pipeline.yaml', 'dvc.yaml'] as const;

/**
 * The project root: the nearest folder at or above `cwd` with `.mlo`, else with `.dvc`, else the
 * nearest with a pipeline file. In a Git worktree also a folder whose counterpart in the main checkout has `.mlo`, and
 * never one of the main checkout itself, where the worktree lies in it. Throws MLO_NOT_A_PROJECT.
 */
export function findRoot(cwd: string): string {
  const worktree = linkedWorktree(cwd);
  const folders = selfAndParents(cwd).filter(
    (folder) => worktree === undefined || isInside(worktree.top, folder) || !isInside(worktree.mainTop, folder),
  );
  for (const markers of [['.mlo'], ['.dvc'], PIPELINE_FILES]) {
    const found = folders.find(
      (folder) => markers.some((marker) => existsSync(join(folder, marker))) || (markers[0] === '.mlo' && hasMain(folder)),
    );
    if (found !== undefined) return found;
  }
  throw new MloError('MLO_NOT_A_PROJECT', `No project here: neither '${cwd}' nor a folder above it has .mlo, pipeline.yaml or dvc.yaml`, {
    hint: 'Start one with: mlo init',
  });

  function hasMain(folder: string): boolean {
    return worktree !== undefined && isInside(worktree.top, folder) && existsSync(join(inMainCheckout(worktree, folder), '.mlo'));
  }
}

/** The same, where a command works without a project too. */
export function rootOrNone(cwd: string): string | undefined {
  try {
    return findRoot(cwd);
  } catch (error) {
    if (error instanceof MloError && error.code === 'MLO_NOT_A_PROJECT') return undefined;
    throw error;
  }
}

/**
 * Whose `.mlo` holds what all checkouts of a repository share: cache, runs, logs and the local configuration. That of the
 * main checkout for a Git worktree, where there is one; else the root itself.
 */
export function sharedRoot(root: string): string {
  const worktree = linkedWorktree(root);
  if (worktree === undefined) return root;
  const main = inMainCheckout(worktree, root);
  return existsSync(join(main, '.mlo')) ? main : root;
}

function selfAndParents(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...selfAndParents(parent)];
}
