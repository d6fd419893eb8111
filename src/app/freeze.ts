import { buildGraph } from '../core/graph/build.ts';
import { setFrozenInText } from '../core/params/set-frozen.ts';
import type { Stage, StageAddress } from '../core/stage.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { absolutePath } from './paths.ts';
import { withWriter } from './project.ts';
import { targetStages } from './select-targets.ts';
import type { AppContext } from './types.ts';

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
    const texts = new Map<string, string>();
    for (const stage of stages) {
      const text = texts.get(stage.file) ?? readText(stage.file) ?? '';
      texts.set(stage.file, setFrozenInText(stage.file, text, stage.group ?? stage.name, options.frozen));
    }
    for (const [path, text] of texts) if (text !== readText(path)) writeFileAtomic(absolutePath(project.root, path), text);
    return { stages: stages.map((stage) => stage.address), frozen: options.frozen };
  });
}

function isOfOneGroup(a: Stage, b: Stage): boolean {
  return a.group !== undefined && a.group === b.group && a.file === b.file;
}
