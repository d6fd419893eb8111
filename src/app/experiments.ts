import type { Experiment, ExperimentLifecycle } from '../tracking/experiments/types.ts';
import type { Tracking } from '../tracking/types.ts';
import { withProject } from './project.ts';
import { readTracking } from './read-tracking.ts';
import type { AppContext } from './types.ts';

export interface ExperimentsListData {
  /** Default first, then by name. */
  readonly experiments: readonly Experiment[];
}

/** Experiments that are there, or with `deleted` those that were deleted. A project without runs has Default. */
export async function experimentsList(ctx: AppContext, options: { readonly deleted: boolean }): Promise<ExperimentsListData> {
  return await withProject(ctx, async (project) => {
    return { experiments: await readTracking(project, (tracking) => tracking.experiments.list(options)) };
  });
}

/** Throws MLO_EXPERIMENT, like all below. */
export async function experimentsCreate(ctx: AppContext, name: string, tags: ReadonlyMap<string, string>): Promise<Experiment> {
  return await change(ctx, ({ experiments }) => experiments.create(name, tags));
}

export async function experimentsRename(ctx: AppContext, nameOrId: string, name: string): Promise<Experiment> {
  return await change(ctx, ({ experiments }) => experiments.rename(nameOrId, name));
}

/** Its runs go with it, softly. Throws MLO_RUN_STATE where one is still running. */
export async function experimentsDelete(
  ctx: AppContext,
  nameOrId: string,
  options: { readonly force: boolean },
): Promise<ExperimentLifecycle> {
  return await change(ctx, ({ experiments }) => experiments.delete(nameOrId, options));
}

export async function experimentsRestore(ctx: AppContext, nameOrId: string, as: string | undefined): Promise<ExperimentLifecycle> {
  return await change(ctx, ({ experiments }) => experiments.restore(nameOrId, as === undefined ? {} : { as }));
}

export async function experimentsTag(ctx: AppContext, nameOrId: string, tags: ReadonlyMap<string, string | null>): Promise<Experiment> {
  return await change(ctx, ({ experiments }) => experiments.setTags(nameOrId, tags));
}

/** The database is made where there is none yet: an experiment may come before its first run. */
async function change<T>(ctx: AppContext, work: (tracking: Tracking) => T): Promise<T> {
  return await withProject(ctx, async (project) => {
    const tracking = await project.tracking();
    tracking.reconcile();
    return work(tracking);
  });
}
