import { MloError } from '../../core/errors/mlo-error.ts';
import type { OutIndex } from '../../core/graph/graph.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { openIgnore } from '../../fs/ignore.ts';
import { ignoredPath, isProjectFile, unsafePlace, unusableName } from '../add/path-faults.ts';
import type { PointerTree } from '../pointer-tree.ts';
import type { Project } from '../project.ts';

const hint = 'Name another path.';

/** Throws where tracked data cannot come to lie at `path`, whatever is there now. */
export function refusePlace(project: Project, pointers: PointerTree, path: ProjectPath, isFolder: boolean): void {
  const fault = unusableName(path) ?? unsafePlace(project.root, path, pointers);
  if (fault !== undefined) throw fault;
  if (isProjectFile(path) || project.scan().pipelines.includes(path))
    throw new MloError('MLO_USAGE', `'${path}' is the name of a file of the project`, { hint });
  if (openIgnore(project.root).ignores(path, isFolder)) throw ignoredPath(project.root, path, isFolder);
}

/** Throws where a stage keeps something at, in or around `path`, or something in or around it is tracked. */
export function refuseOverlap(outs: OutIndex, pointers: PointerTree, path: ProjectPath): void {
  const [owned] = outs.touching(path);
  if (owned !== undefined)
    throw new MloError('MLO_GRAPH', `'${path}' overlaps with out '${owned.out.path}' of stage '${owned.stage.address}'`, { hint });
  const other = pointers.around(path) ?? pointers.below(path);
  if (other !== undefined)
    throw new MloError('MLO_GRAPH', `'${path}' overlaps with '${other.path}', which is tracked by '${other.pointerPath}'`, { hint });
}
