import { buildGraph } from '../core/graph/build.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { withProject } from './project.ts';
import { selectTargets } from './select-targets.ts';
import type { AppContext, DagData, DagOptions } from './types.ts';

/** The graph of the pipeline here: of the targets with all they need, or of the whole file. */
export async function dag(ctx: AppContext, options: DagOptions): Promise<DagData> {
  return await withProject(ctx, async (project) => {
    const { pipeline, file } = await loadProjectPipeline(project, options.file);
    const graph = buildGraph(pipeline.stages);
    const stages = selectTargets(project, graph, options, file);
    const shown = new Set(stages.map((stage) => stage.address));
    return {
      nodes: stages.map((stage) => ({ name: stage.address, outs: stage.outs.map((out) => out.path) })),
      edges: stages.flatMap((stage) =>
        (graph.upstream.get(stage.address) ?? []).filter((from) => shown.has(from)).map((from) => ({ from, to: stage.address })),
      ),
    };
  });
}
