import { posix } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { findTarget, selectStages } from '../core/graph/select.ts';
import type { ProjectPath, Stage } from '../core/stage.ts';
import { nearest } from '../core/text/nearest.ts';
import { isAtOrBelow, tryProjectPath } from './paths.ts';
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
): Promise<readonly TrackedContent[]> {
  const state = await trackedState(project, revision, file);
  if (targets.length === 0) return ofPipelineHere(state);
  const chosen = new Map<ProjectPath, TrackedContent>();
  for (const target of targets) for (const each of await choose(project, state, target)) chosen.set(each.path, each);
  return withoutCovered([...chosen.values()]);
}

/** The same stages as `mlo repro` would look at, and everything that was added. */
function ofPipelineHere({ graph, file, contents, pipeline }: TrackedState): readonly TrackedContent[] {
  if (!pipeline.files.some((each) => each.path === file)) return contents;
  const here = new Set(selectStages(graph, { targets: [], file }).flatMap((stage) => stage.outs.map((out) => out.path)));
  return contents.filter((each) => !each.isOut || here.has(each.path));
}

async function choose(project: Project, state: TrackedState, target: string): Promise<readonly TrackedContent[]> {
  const path = tryProjectPath(project.root, project.ctx.cwd, target.replace(/(?<=[^/])\.mlo$/, ''));
  const byPath = path === undefined ? [] : state.contents.filter((each) => isAtOrBelow(each.path, path));
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
