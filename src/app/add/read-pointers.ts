import { foldersAround } from '../../core/path/own-paths.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { isAtOrBelow } from '../paths.ts';
import { PointerTree } from '../pointer-tree.ts';
import { readPointers, warnOfBroken, warnOfStrays, type BrokenPointer } from '../pointers.ts';
import type { Project } from '../project.ts';

/**
 * The pointers that are whole. A broken one of a path that is added is replaced, and what lies in a folder that is added is
 * data, whatever its name. Throws the fault of one whose replacement would lose what it says.
 */
export function readPointersFor(project: Project, paths: readonly ProjectPath[]): PointerTree {
  const { pointers, broken, strays } = readPointers(project);
  const chosen = new Set(paths);
  const isInside = (path: ProjectPath): boolean => foldersAround(path).some((folder) => chosen.has(folder));
  warnOfStrays(
    project,
    strays.filter((path) => !isInside(path)),
  );
  for (const each of broken) {
    if (isObstacle(each, paths, isInside(each.pointerPath))) throw each.error;
    if (!chosen.has(each.path) && !isInside(each.pointerPath)) warnOfBroken(project, each);
  }
  return new PointerTree(pointers);
}

/** A newer mlo may understand it; a folder would hide what tracks something in it; a part of data cannot be added to nothing. */
function isObstacle({ path, error, resembles }: BrokenPointer, paths: readonly ProjectPath[], isInside: boolean): boolean {
  if (isInside) return resembles;
  return paths.some((added) => (added === path ? error.code === 'MLO_FORMAT_VERSION' : isAtOrBelow(added, path)));
}
