import { buildGraph } from '../core/graph/build.ts';
import type { DepSpec, OutSpec, ParamSpec, Stage } from '../core/stage.ts';
import type { Value } from '../core/value.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { withProject } from './project.ts';
import { targetStages } from './select-targets.ts';
import type { AppContext, StageShowData } from './types.ts';
import { given } from '../core/given.ts';

/** One stage as it is after templating: what would be run, read and written. */
export async function stageShow(ctx: AppContext, options: { readonly target: string; readonly file?: string }): Promise<StageShowData> {
  return await withProject(ctx, async (project) => {
    const { pipeline, file } = await loadProjectPipeline(project, options.file);
    const stages = targetStages(project, buildGraph(pipeline.stages), options.target, file);
    const shown = stages.map((stage) => ({ name: stage.address, definition: definition(stage), file: stage.at.file, line: stage.at.line }));
    return { stages: shown };
  });
}

function definition(stage: Stage): Value {
  const { action } = stage;
  return {
    ...(stage.desc === undefined ? {} : { desc: stage.desc }),
    ...(action.kind === 'cmd'
      ? { cmd: action.text, ...(action.shell === undefined ? {} : { shell: action.shell }) }
      : { run: action.path }),
    wdir: stage.wdir,
    deps: stage.deps.map(depText),
    params: stage.params.map(paramText),
    outs: stage.outs.map(outText),
    ...(Object.keys(stage.env).length === 0 ? {} : { env: stage.env }),
    ...given({ backend: stage.backend, seed: stage.seed }),
    ...(stage.isolate === 'auto' ? {} : { isolate: stage.isolate }),
    ...(stage.cpus === 1 ? {} : { cpus: stage.cpus }),
    ...given({ timeout_ms: stage.timeoutMs, retries: stage.retries }),
    ...(stage.frozen ? { frozen: true } : {}),
    ...(stage.alwaysChanged ? { always_changed: true } : {}),
    ...(stage.meta === undefined ? {} : { meta: stage.meta }),
  };
}

function depText(dep: DepSpec): Value {
  return dep.name === undefined ? dep.path : { [dep.name]: dep.path };
}

function paramText(param: ParamSpec): Value {
  return { [param.file]: param.keys === null ? 'whole file' : [...param.keys] };
}

function outText(out: OutSpec): Value {
  return {
    path: out.path,
    ...(out.name === undefined ? {} : { name: out.name }),
    ...(out.kind === 'out' ? {} : { kind: out.kind }),
    ...(out.cache ? {} : { cache: false }),
    ...(out.persist ? { persist: true } : {}),
    ...(out.push ? {} : { push: false }),
    ...(out.remote === undefined ? {} : { remote: out.remote }),
  };
}
