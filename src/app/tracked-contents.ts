import type { Content } from '../core/content.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { buildGraph } from '../core/graph/build.ts';
import { findTarget, selectStages } from '../core/graph/select.ts';
import { fromLocked } from '../core/lock/types.ts';
import type { ProjectPath } from '../core/stage.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { LockFiles } from './lock-files.ts';
import { tryProjectPath } from './paths.ts';
import { listPointers } from './pointers.ts';
import type { Project } from './project.ts';

export interface TrackedContent {
  readonly path: ProjectPath;
  readonly content: Content;
  readonly isOut: boolean;
}

/** What pointers and locks say should lie in the workspace: everything, or what the targets name. */
export async function trackedContents(project: Project, targets: readonly string[], file?: string): Promise<readonly TrackedContent[]> {
  const pointers = listPointers(project).map(({ path, content }) => ({ path, content, isOut: false }));
  const loaded = await loadProjectPipeline(project, file, 'nothing');
  const graph = buildGraph(loaded.pipeline.stages);
  const locks = new LockFiles(project.root, loaded.pipeline, loaded.readText);
  const outs = graph.order.flatMap((stage) =>
    stage.outs.flatMap((out): readonly TrackedContent[] => {
      const locked = locks.entries.get(stage.address)?.outs?.[out.path];
      return locked === undefined || !out.cache ? [] : [{ path: out.path, content: fromLocked(locked), isOut: true }];
    }),
  );
  const all = [...pointers, ...outs];
  // The same stages as `mlo repro` would look at.
  const here = new Set(selectStages(graph, { targets: [], file: loaded.file }).flatMap((stage) => stage.outs.map((out) => out.path)));
  if (targets.length === 0) return all.filter((each) => !each.isOut || here.has(each.path));
  return choose(project, targets, all, (target) => {
    const paths = new Set(findTarget(graph, target, loaded.file).flatMap((stage) => stage.outs.map((out) => out.path)));
    return all.filter((each) => paths.has(each.path));
  });
}

function choose(
  project: Project,
  targets: readonly string[],
  all: readonly TrackedContent[],
  byStage: (target: string) => readonly TrackedContent[],
): readonly TrackedContent[] {
  const chosen = new Map<ProjectPath, TrackedContent>();
  for (const target of targets) {
    const path = tryProjectPath(project.root, project.ctx.cwd, target.replace(/\.mlo$/, ''));
    const byPath = all.filter((each) => each.path === path || (path !== undefined && each.path.startsWith(`${path}/`)));
    const found = byPath.length > 0 ? byPath : byStage(target);
    if (found.length === 0)
      throw new MloError('MLO_TARGET', `'${target}' names nothing that mlo keeps yet`, { hint: 'mlo status shows what is tracked.' });
    for (const each of found) chosen.set(each.path, each);
  }
  return [...chosen.values()];
}
