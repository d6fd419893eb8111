import { buildGraph } from '../core/graph/build.ts';
import { setFrozenInText } from '../core/params/set-frozen.ts';
import type { ProjectPath, Stage, StageAddress } from '../core/stage.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { withWriter } from './project.ts';
import { targetStages } from './select-targets.ts';
import type { AppContext } from './types.ts';
import { writeEdits, type TextEdit } from './write-edits.ts';

export interface FreezeData {
  readonly stages: readonly StageAddress[];
  readonly frozen: boolean;
}

/** Writes `frozen: true` into the definition (or takes it out), comments and layout kept; a foreach or matrix is frozen as a whole. */
export async function freeze(
  ctx: AppContext,
  options: { readonly targets: readonly string[]; readonly frozen: boolean; readonly file?: string },
): Promise<FreezeData> {
  return await withWriter(ctx, async (project) => {
    const { pipeline, file, readText } = await loadProjectPipeline(project, options.file);
    const graph = buildGraph(pipeline.stages);
    const named = options.targets.flatMap((target) => targetStages(project, graph, target, file));
    const stages = pipeline.stages.filter((stage) => named.some((each) => each.address === stage.address || isOfOneGroup(each, stage)));
    const edits = new Map<ProjectPath, TextEdit>();
    for (const { file: path, group, name } of stages) {
      const before = readText(path) ?? '';
      edits.set(path, { before, text: setFrozenInText(path, edits.get(path)?.text ?? before, group ?? name, options.frozen) });
    }
    writeEdits(project.root, edits);
    return { stages: stages.map((stage) => stage.address), frozen: options.frozen };
  });
}

function isOfOneGroup(a: Stage, b: Stage): boolean {
  return a.group !== undefined && a.group === b.group && a.file === b.file;
}
