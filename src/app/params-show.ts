import type { AppContext, ValuesData } from './types.ts';
import { showValues } from './values/compare.ts';
import { paramsOf } from './values/params.ts';

export interface ParamsShowOptions {
  /** Default: the workspace. */
  readonly rev?: string;
  /** Params files; default params.yaml and what the pipeline declares. */
  readonly targets: readonly string[];
  /** Only keys that stages declare. */
  readonly depsOnly?: boolean;
  /** Only what these stages declare. */
  readonly stages?: readonly string[];
}

/** Values of the params files, nested as in the files. */
export async function paramsShow(ctx: AppContext, { rev, targets, depsOnly = false, stages }: ParamsShowOptions): Promise<ValuesData> {
  return await showValues(ctx, rev, targets, (project, source, paths) =>
    paramsOf(project, source, { targets: paths, depsOnly, ...(stages === undefined ? {} : { stages }) }),
  );
}
