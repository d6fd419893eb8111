import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { sameContent } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { buildGraph } from '../core/graph/build.ts';
import type { Graph } from '../core/graph/graph.ts';
import { isInside } from '../core/path/project-path.ts';
import type { ProjectPath, StageAddress } from '../core/stage.ts';
import { shellWord } from '../core/text/shell-word.ts';
import { isErrno } from '../fs/errno.ts';
import { addGitignoreEntry, removeGitignoreEntry } from '../fs/gitignore.ts';
import { syncFolder } from '../fs/write-atomic.ts';
import { statOf } from './add/path-faults.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { absolutePath, projectPath } from './paths.ts';
import { dataOf, PointerTree } from './pointer-tree.ts';
import { readPointers, refuseBroken, warnOfFaults, writePointer, type Pointer } from './pointers.ts';
import { withWriter, type Project } from './project.ts';
import { POINTER_SUFFIX } from './scan-project.ts';
import { refuseOverlap, refusePlace } from './tracked/new-place.ts';
import type { AppContext } from './types.ts';

export interface MvData {
  readonly from: ProjectPath;
  readonly to: ProjectPath;
  /** Pointer files: the one that is gone and the new one. */
  readonly pointers: readonly [old: ProjectPath, now: ProjectPath];
  /** False where the data was not in the workspace, and only the pointer moved. */
  readonly movedData: boolean;
  /** Stages that still read the old path. */
  readonly readers: readonly StageAddress[];
}

/**
 * Moves tracked data: first the new pointer is there, then the data moves, then the old pointer goes. A command that was
 * killed in between is finished by the same command.
 */
export async function mv(ctx: AppContext, options: { readonly from: string; readonly to: string }): Promise<MvData> {
  return await withWriter(ctx, async (project) => {
    const files = readPointers(project);
    const pointers = new PointerTree(files.pointers);
    const graph = buildGraph((await loadProjectPipeline(project, undefined, 'nothing')).pipeline.stages);
    refuseBroken(files, [projectPath(project.root, ctx.cwd, dataOf(options.from))]);
    const pointer = source(project, pointers, graph, options.from);
    const to = destination(project, pointer, options.to);
    refuseBroken(files, [to]);
    refuseDestination(project, pointers, graph, pointer, to);
    warnOfFaults(project, files);

    mkdirSync(dirname(absolutePath(project.root, to)), { recursive: true });
    addGitignoreEntry(project.root, to);
    const pointerPath = writePointer(project.root, to, pointer.content, pointer.source);
    const movedData = moveData(absolutePath(project.root, pointer.path), absolutePath(project.root, to));
    rmSync(absolutePath(project.root, pointer.pointerPath), { force: true });
    syncFolder(dirname(absolutePath(project.root, pointer.pointerPath)));
    removeGitignoreEntry(project.root, pointer.path);
    return { from: pointer.path, to, pointers: [pointer.pointerPath, pointerPath], movedData, readers: readersOf(graph, pointer.path) };
  });
}

function source(project: Project, pointers: PointerTree, graph: Graph, typed: string): Pointer {
  const path = projectPath(project.root, project.ctx.cwd, dataOf(typed));
  const pointer = pointers.at(path);
  if (pointer !== undefined) return pointer;
  const owned = graph.outs.covering(path);
  if (owned !== undefined) {
    throw new MloError('MLO_USAGE', `'${path}' is kept by stage '${owned.stage.address}', which writes it there`, {
      hint: `Change the path in ${owned.stage.file} and in the command, then: mlo repro ${shellWord(owned.stage.address)}`,
    });
  }
  const around = pointers.around(path);
  if (around !== undefined) {
    throw new MloError('MLO_USAGE', `'${path}' is a part of '${around.path}', which is tracked as a whole`, {
      hint: `Move it as any file, then: mlo add ${shellWord(around.path)}`,
    });
  }
  throw new MloError('MLO_TARGET', `'${path}' is not tracked by mlo`, { hint: `mlo add ${shellWord(path)}, or move it as any file` });
}

/** A folder that is there takes the data into it, as `mv` does. */
function destination(project: Project, { path, content }: Pointer, typed: string): ProjectPath {
  const to = projectPath(project.root, project.ctx.cwd, typed);
  const stat = statOf(absolutePath(project.root, to));
  const isFolder = stat?.isDirectory() === true && !isUnfinished(project, to, content.kind === 'tree', path);
  if (!isFolder && !typed.endsWith('/')) return to;
  return to === '.' ? basename(path) : `${to}/${basename(path)}`;
}

/** The folder is the data itself, moved by a command that was killed before it removed the old pointer. */
function isUnfinished(project: Project, to: ProjectPath, isTree: boolean, from: ProjectPath): boolean {
  const hasPointer = statOf(absolutePath(project.root, to + POINTER_SUFFIX)) !== undefined;
  return isTree && hasPointer && statOf(absolutePath(project.root, from)) === undefined;
}

function refuseDestination(project: Project, pointers: PointerTree, graph: Graph, from: Pointer, to: ProjectPath): void {
  refusePlace(project, pointers, to, from.content.kind === 'tree');
  if (to === from.path) throw new MloError('MLO_USAGE', `'${to}' is where it lies already`, { hint: 'Name another path.' });
  if (isInside(from.path, to))
    throw new MloError('MLO_USAGE', `'${from.path}' cannot be moved into itself ('${to}')`, { hint: 'Name another path.' });
  refuseOverlap(graph.outs, pointers, to);
  refuseOverwriting(project, pointers, from, to);
}

function refuseOverwriting(project: Project, pointers: PointerTree, from: Pointer, to: ProjectPath): void {
  const there = statOf(absolutePath(project.root, to)) !== undefined;
  const same = sameContent(pointers.at(to)?.content, from.content);
  if (same && (!there || statOf(absolutePath(project.root, from.path)) === undefined)) return;
  if (!there && pointers.at(to) === undefined) return;
  throw new MloError('MLO_USAGE', `'${there ? to : to + POINTER_SUFFIX}' is there already; nothing was moved`, {
    hint: 'Name another path, or move that one away first.',
  });
}

/** Within one file system a rename; across, a copy that is complete before the old goes. */
function moveData(from: string, to: string): boolean {
  if (statOf(from) === undefined) return false;
  try {
    renameSync(from, to);
  } catch (error) {
    if (!isErrno(error, 'EXDEV')) throw error;
    cpSync(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, errorOnExist: true, force: false });
    rmSync(from, { recursive: true });
  }
  syncFolder(dirname(to));
  return true;
}

function readersOf(graph: Graph, path: ProjectPath): readonly StageAddress[] {
  return graph.order.filter((stage) => stage.deps.some((dep) => isInside(path, dep.path))).map((stage) => stage.address);
}
