import { MloError } from '../../core/errors/mlo-error.ts';
import { buildGraph } from '../../core/graph/build.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { openGit } from '../../fs/git.ts';
import { openIgnore } from '../../fs/ignore.ts';
import { ignoredPath, isProjectFile, statOf, unsafePlace, unusableName } from '../add/path-faults.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import { absolutePath, projectPath } from '../paths.ts';
import { dataOf, PointerTree } from '../pointer-tree.ts';
import { readPointers, refuseBroken, warnOfFaults, type Pointer } from '../pointers.ts';
import type { Project } from '../project.ts';

export interface ImportPlace {
  readonly path: ProjectPath;
  /** With `force`: what is replaced. */
  readonly pointer?: Pointer;
}

/** Where imported data is to lie: as typed (a folder that exists takes it into it), else under its own name here. Throws what speaks against it. */
export async function importPlace(
  project: Project,
  { typed, name, force }: { readonly typed: string | undefined; readonly name: string; readonly force: boolean },
): Promise<ImportPlace> {
  const { root, ctx } = project;
  const files = readPointers(project);
  const pointers = new PointerTree(files.pointers);
  const path = chosenPath(project, pointers, typed, name);
  refuseBroken(files, [path]);
  const fault = unusableName(path) ?? unsafePlace(root, path);
  if (fault !== undefined) throw fault;
  if (isProjectFile(path) || project.scan().pipelines.includes(path))
    throw new MloError('MLO_USAGE', `'${path}' is the name of a file of the project`, { hint: 'Name another path.' });
  if (openIgnore(root).ignores(path, false)) throw ignoredPath(root, path, false);
  if ((openGit(root)?.tracked([path]).length ?? 0) > 0) {
    throw new MloError('MLO_OUT_IN_GIT', `'${path}' is already tracked by Git`, { hint: `git rm -r --cached ${shellWord(path)}` });
  }
  await refuseOverlap(project, pointers, path);
  warnOfFaults({ ...project, ctx }, files);
  const pointer = pointers.at(path);
  if (force) return { path, ...(pointer === undefined ? {} : { pointer }) };
  if (pointer !== undefined) {
    const known = pointer.source === undefined ? 'tracked' : 'imported';
    throw new MloError('MLO_USAGE', `'${path}' is ${known} already`, {
      hint:
        pointer.source === undefined
          ? 'Name another path, or replace it: --force'
          : `mlo update ${shellWord(path)}, or replace it: --force`,
    });
  }
  if (statOf(absolutePath(root, path)) === undefined) return { path };
  throw new MloError('MLO_OUT_UNSAVED', `Something lies at '${path}' already`, { hint: 'Name another path, or replace it: --force' });
}

function chosenPath(project: Project, pointers: PointerTree, typed: string | undefined, name: string): ProjectPath {
  const { root, ctx } = project;
  if (typed === undefined) return projectPath(root, ctx.cwd, name);
  const to = projectPath(root, ctx.cwd, dataOf(typed.replace(/(?<=.)\/+$/, '')));
  const isFolder =
    typed.endsWith('/') || to === '.' || (statOf(absolutePath(root, to))?.isDirectory() === true && pointers.at(to) === undefined);
  if (!isFolder || (!typed.endsWith('/') && typed !== '.' && to !== '.')) return to;
  return to === '.' ? name : `${to}/${name}`;
}

async function refuseOverlap(project: Project, pointers: PointerTree, path: ProjectPath): Promise<void> {
  const graph = buildGraph((await loadProjectPipeline(project, undefined, 'nothing')).pipeline.stages);
  const [owned] = graph.outs.touching(path);
  if (owned !== undefined)
    throw new MloError('MLO_GRAPH', `'${path}' overlaps with out '${owned.out.path}' of stage '${owned.stage.address}'`, {
      hint: 'Name another path.',
    });
  const other = pointers.around(path) ?? pointers.below(path);
  if (other !== undefined)
    throw new MloError('MLO_GRAPH', `'${path}' overlaps with '${other.path}', which is tracked by '${other.pointerPath}'`, {
      hint: 'Name another path.',
    });
}
