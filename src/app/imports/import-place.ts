import { MloError } from '../../core/errors/mlo-error.ts';
import { buildGraph } from '../../core/graph/build.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { openGit } from '../../fs/git.ts';
import { statOf } from '../add/path-faults.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import { absolutePath, projectPath } from '../paths.ts';
import { dataOf, PointerTree } from '../pointer-tree.ts';
import { readPointers, refuseBroken, warnOfFaults } from '../pointers.ts';
import type { Project } from '../project.ts';
import { refuseOverlap, refusePlace } from '../tracked/new-place.ts';

/** Where imported data is to lie: as typed (`folder/` and `.` take it into them), else under its own name here. Throws what speaks against it. */
export async function importPlace(
  project: Project,
  { typed, name, force }: { readonly typed: string | undefined; readonly name: string; readonly force: boolean },
): Promise<ProjectPath> {
  const { root } = project;
  const files = readPointers(project);
  const pointers = new PointerTree(files.pointers);
  const path = chosenPath(project, pointers, typed, name);
  refuseBroken(files, [path]);
  refusePlace(project, pointers, path, false);
  if ((openGit(root)?.tracked([path]).length ?? 0) > 0) {
    throw new MloError('MLO_OUT_IN_GIT', `'${path}' is already tracked by Git`, { hint: `git rm -r --cached ${shellWord(path)}` });
  }
  const { pipeline } = await loadProjectPipeline(project, undefined, 'nothing');
  refuseOverlap(buildGraph(pipeline.stages).outs, pointers, path);
  warnOfFaults(project, files);
  if (force) return path;
  const pointer = pointers.at(path);
  if (pointer !== undefined) {
    const known = pointer.source === undefined ? 'tracked' : 'imported';
    throw new MloError('MLO_USAGE', `'${path}' is ${known} already`, {
      hint:
        pointer.source === undefined
          ? 'Name another path, or replace it: --force'
          : `mlo update ${shellWord(path)}, or replace it: --force`,
    });
  }
  if (statOf(absolutePath(root, path)) === undefined) return path;
  throw new MloError('MLO_OUT_UNSAVED', `Something lies at '${path}' already`, { hint: 'Name another path, or replace it: --force' });
}

function chosenPath(project: Project, pointers: PointerTree, typed: string | undefined, name: string): ProjectPath {
  const { root, ctx } = project;
  if (typed === undefined) return projectPath(root, ctx.cwd, name);
  const to = projectPath(root, ctx.cwd, dataOf(typed.replace(/(?<=.)\/+$/, '')));
  const isFolder = typed.endsWith('/') || to === '.' || (typed === '.' && pointers.at(to) === undefined);
  if (!isFolder) return to;
  return to === '.' ? name : `${to}/${name}`;
}
