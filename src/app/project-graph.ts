import { readFileSync } from 'node:fs';
import { errorOfProblems, oneError } from '../core/errors/one-error.ts';
import { inspectGraph } from '../core/graph/build.ts';
import type { Graph } from '../core/graph/graph.ts';
import { checkAdded } from '../core/graph/rules.ts';
import { resemblesPointer } from '../core/pointer.ts';
import type { ProjectPath, Stage } from '../core/stage.ts';
import { absolutePath } from './paths.ts';
import type { Project } from './project.ts';
import { POINTER_SUFFIX } from './scan-project.ts';

/** The graph of the stages, checked against data added with mlo too. Throws one MLO_GRAPH with every problem (`inspectProjectGraph`). */
export function projectGraph(project: Project, stages: readonly Stage[]): Graph {
  const { graph, fault } = inspectProjectGraph(project, stages);
  if (fault !== undefined) throw fault;
  return graph;
}

/** What `inspectGraph` finds, and outs over data added with mlo: a stage that runs would remove that. */
export function inspectProjectGraph(project: Project, stages: readonly Stage[]): ReturnType<typeof inspectGraph> {
  const { graph, fault } = inspectGraph(stages);
  const clashes = project.scan().pointers.flatMap((pointerPath) => {
    const path = pointerPath.slice(0, -POINTER_SUFFIX.length);
    // A stage may write files that only have the name of a pointer.
    return graph.outs.touching(path).length > 0 && isPointer(project, pointerPath) ? checkAdded(path, graph.outs) : [];
  });
  return { graph, fault: oneError([fault, errorOfProblems('MLO_GRAPH', clashes)].filter((each) => each !== undefined)) };
}

/** One that is broken tracks its data all the same. */
function isPointer(project: Project, pointerPath: ProjectPath): boolean {
  return resemblesPointer(readFileSync(absolutePath(project.root, pointerPath), 'utf8'));
}
