import { loadProjectPipeline } from './load-pipeline.ts';
import { withProject } from './project.ts';
import type { AppContext, StageListData } from './types.ts';

/** Stages in order of definition; `all`: of every pipeline file of the project. */
export async function stageList(ctx: AppContext, options: { readonly file?: string; readonly all?: boolean }): Promise<StageListData> {
  return await withProject(ctx, async (project) => {
    const { pipeline, file } = await loadProjectPipeline(project, options.file);
    const stages = options.all === true ? pipeline.stages : pipeline.stages.filter((stage) => stage.file === file);
    return {
      stages: stages.map((stage) => ({
        name: stage.address,
        ...(stage.desc === undefined ? {} : { desc: stage.desc }),
        outs: stage.outs.map((out) => out.path),
        frozen: stage.frozen,
      })),
    };
  });
}
