import { findTarget, selectStages, type Selection } from '../core/graph/select.ts';
import type { Graph } from '../core/graph/graph.ts';
import type { ProjectPath, Stage } from '../core/stage.ts';
import { tryProjectPath } from './paths.ts';
import type { Project } from './project.ts';

/** The stages of targets as typed where the user stands. Throws MLO_TARGET. */
export function selectTargets(project: Project, graph: Graph, selection: Omit<Selection, 'file'>, file: ProjectPath): readonly Stage[] {
  const targets = selection.targets.map((target) => asTarget(project, target, graph, file));
  return selectStages(graph, { ...selection, targets, file });
}

/** The stages that one target as typed where the user stands names, and not those that they need. Throws MLO_TARGET. */
export function targetStages(project: Project, graph: Graph, target: string, file: ProjectPath): readonly Stage[] {
  return findTarget(graph, asTarget(project, target, graph, file), file);
}

/** A path as typed where the user stands may name an out, where the pipeline file here has no stage of that name. */
function asTarget(project: Project, target: string, graph: Graph, current: ProjectPath): string {
  if (graph.order.some((stage) => stage.file === current && (stage.name === target || stage.group === target))) return target;
  const [, file, name] = /^(.+\.ya?ml):(.+)$/.exec(target) ?? [];
  if (file !== undefined && name !== undefined && !graph.byAddress.has(target)) {
    const here = tryProjectPath(project.root, project.ctx.cwd, file);
    const stage = graph.order.find((each) => each.file === here && (each.name === name || each.group === name));
    if (stage !== undefined)
      return stage.name === name ? stage.address : `${stage.address.slice(0, stage.address.length - stage.name.length)}${name}`;
  }
  const path = tryProjectPath(project.root, project.ctx.cwd, target);
  const named =
    path !== undefined && path !== target && (graph.outs.covering(path) !== undefined || graph.order.some((stage) => stage.file === path));
  return named ? path : target;
}
