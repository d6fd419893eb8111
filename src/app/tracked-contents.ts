import { posix } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { findTarget, selectStages } from '../core/graph/select.ts';
import type { Pipeline, ProjectPath, Stage } from '../core/stage.ts';
import { nearest } from '../core/text/nearest.ts';
import { isAtOrBelow, tryProjectPath } from './paths.ts';
import { dataOf } from './pointer-tree.ts';
import { isNamed, type BrokenPointer } from './pointers.ts';
import type { Project } from './project.ts';
import { partOf } from './tracked/part-of.ts';
import { trackedState, type TrackedContent, type TrackedState } from './tracked/tracked-state.ts';

export type { TrackedContent } from './tracked/tracked-state.ts';

/**
 * What pointers and locks (of the workspace, or of a revision) say should lie in the workspace: everything, or what the
 * targets name: stages, paths, folders that hold tracked paths, and paths in tracked folders.
 */
export async function trackedContents(
  project: Project,
  targets: readonly string[],
  file?: string,
  revision?: string,
): Promise<ChosenContents> {
  const broken: BrokenPointer[] = [];
  const state = await trackedState(project, revision, file, (each) => broken.push(each));
  const { pipeline } = state;
  if (targets.length === 0) return { contents: ofPipelineHere(state), broken, pipeline };
  const chosen = new Map<ProjectPath, TrackedContent>();
  const named = new Set<BrokenPointer>();
  for (const target of targets) {
    const path = targetPath(project, target);
    const hit = path === undefined ? [] : broken.filter((each) => isNamed(each, path));
    for (const each of hit) named.add(each);
    const found = hit.length > 0 && path !== undefined ? below(state, path) : await choose(project, state, target);
    for (const each of found) chosen.set(each.path, each);
  }
  return { contents: withoutCovered([...chosen.values()]), broken: [...named], pipeline };
}

export interface ChosenContents {
  readonly contents: readonly TrackedContent[];
  /** Of the workspace, and named by the targets. */
  readonly broken: readonly BrokenPointer[];
  readonly pipeline: Pipeline;
}

function targetPath(project: Project, target: string): ProjectPath | undefined {
  return tryProjectPath(project.root, project.ctx.cwd, dataOf(target));
}

function below(state: TrackedState, path: ProjectPath): readonly TrackedContent[] {
  return state.contents.filter((each) => isAtOrBelow(each.path, path));
}

/** The same stages as `mlo repro` would look at, and everything that was added. */
function ofPipelineHere({ graph, file, contents, pipeline }: TrackedState): readonly TrackedContent[] {
  if (!pipeline.files.some((each) => each.path === file)) return contents;
  const here = new Set(selectStages(graph, { targets: [], file }).flatMap((stage) => stage.outs.map((out) => out.path)));
  return contents.filter((each) => !each.isOut || here.has(each.path));
}

async function choose(project: Project, state: TrackedState, target: string): Promise<readonly TrackedContent[]> {
  const path = targetPath(project, target);
  const byPath = path === undefined ? [] : below(state, path);
  if (byPath.length > 0) return byPath;
  const around = path === undefined ? undefined : state.contents.find((each) => path.startsWith(`${each.path}/`));
  if (around !== undefined && path !== undefined) return [await partOf(project, around, path)];
  const named = new Set(stagesOf(state, target).flatMap((stage) => stage.outs.map((out) => out.path)));
  const byStage = state.contents.filter((each) => named.has(each.path));
  if (byStage.length > 0) return byStage;
  const where = state.revision === undefined ? 'yet' : `at ${state.label}`;
  throw new MloError('MLO_TARGET', `'${target}' names nothing that mlo keeps ${where}`, { hint: 'mlo status shows what is tracked.' });
}

/** Throws MLO_TARGET, with what is close to it. */
function stagesOf({ graph, file, contents }: TrackedState, target: string): readonly Stage[] {
  const close = nearest(
    target,
    contents.map((each) => each.path),
  );
  try {
    return findTarget(graph, target, file);
  } catch (error) {
    const isUnknown = error instanceof MloError && error.code === 'MLO_TARGET';
    if (!isUnknown || (close === undefined && error.hint?.startsWith('Did you mean') === true)) throw error;
    throw new MloError('MLO_TARGET', `'${target}' is no tracked path, no stage and no out`, {
      hint: close === undefined ? 'mlo status shows what is tracked.' : `Did you mean '${close}'?`,
    });
  }
}

/** `data data/train`: the second says nothing more. */
function withoutCovered(contents: readonly TrackedContent[]): readonly TrackedContent[] {
  const paths = new Set(contents.map((each) => each.path));
  const isCovered = (path: ProjectPath): boolean =>
    path.includes('/') && (paths.has(posix.dirname(path)) || isCovered(posix.dirname(path)));
  return contents.filter((each) => !isCovered(each.path));
}
