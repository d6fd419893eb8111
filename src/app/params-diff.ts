import type { AppContext, ValuesDiffData } from './types.ts';
import { compareValues, type Revisions } from './values/compare.ts';
import { paramsOf } from './values/params.ts';

export interface ParamsDiffOptions {
  /** None: HEAD and the workspace; one: it and the workspace. */
  readonly revs: Revisions;
  readonly targets: readonly string[];
  /** Only keys that stages declare. */
  readonly depsOnly?: boolean;
  /** Unchanged values too. */
  readonly all?: boolean;
}

/** Params that differ between two revisions. */
export async function paramsDiff(
  ctx: AppContext,
  { revs, targets, depsOnly = false, all = false }: ParamsDiffOptions,
): Promise<ValuesDiffData> {
  return await compareValues(ctx, revs, targets, (project, source, paths) => paramsOf(project, source, { targets: paths, depsOnly }), {
    change: false,
    all,
  });
}
