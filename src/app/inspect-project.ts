import { MloError } from '../core/errors/mlo-error.ts';
import { oneError } from '../core/errors/one-error.ts';
import type { Graph } from '../core/graph/graph.ts';
import { mayWrite } from '../core/pipeline/maybe-written.ts';
import type { ProjectPath, Stage } from '../core/stage.ts';
import { inspectParams } from './load-params.ts';
import { inspectProjectPipeline } from './load-pipeline.ts';
import { LockFiles } from './lock-files.ts';
import type { PlanOptions } from './prepare-plan.ts';
import type { Project } from './project.ts';
import { inspectProjectGraph } from './project-graph.ts';
import { inspectWorkspace } from './repro/checks.ts';
import { selectTargets } from './select-targets.ts';

/**
 * Once something is known to be wrong: everything that is, in the order of the checks. Each check looks at the stages
 * that the ones before it left, and says nothing that hangs on what a wrong stage would have done.
 */
export async function inspectProject(project: Project, options: PlanOptions): Promise<readonly MloError[]> {
  const { pipeline, fault, maybeWritten, file, readText } = await inspectProjectPipeline(project, options.file, options.overlay);
  const inspected = inspectProjectGraph(project, pipeline.stages);
  const { graph } = inspected;
  const targets = findTargets(project, graph, options, file, fault !== undefined);
  const locks = attempt(() => new LockFiles(project.root, pipeline, readText).entries);
  const maybeMade = (path: ProjectPath): boolean => mayWrite(maybeWritten, path);
  const isMade = (path: ProjectPath): boolean => graph.outs.touching(path).length > 0 || maybeMade(path);
  const params = await inspectParams(project, targets.stages, readText, isMade);
  const workspace =
    options.forRun === true
      ? inspectWorkspace(project, graph, targets.stages, locks.value ?? new Map(), {
          maybeMade,
          allowMissing: options.allowMissing ?? false,
        })
      : undefined;
  return [fault, inspected.fault, targets.fault, locks.fault, params, workspace].filter((each) => each !== undefined);
}

/** A target that is not there may be one of the stages that are wrong. */
function findTargets(
  project: Project,
  graph: Graph,
  options: PlanOptions,
  file: ProjectPath,
  mayBeWrong: boolean,
): { readonly stages: readonly Stage[]; readonly fault: MloError | undefined } {
  if (options.targets.length === 0) return { stages: selectTargets(project, graph, options, file), fault: undefined };
  const each = options.targets.map((target) => attempt(() => selectTargets(project, graph, { ...options, targets: [target] }, file)));
  const stages = [...new Set(each.flatMap(({ value }) => value ?? []))];
  const faults = mayBeWrong ? [] : each.flatMap(({ fault }) => fault ?? []);
  return { stages, fault: oneError(faults) };
}

function attempt<T>(work: () => T): { readonly value?: T; readonly fault?: MloError } {
  try {
    return { value: work() };
  } catch (fault) {
    if (fault instanceof MloError) return { fault };
    throw fault;
  }
}
