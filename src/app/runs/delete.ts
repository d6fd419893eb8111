import type { LifecycleChange } from '../../tracking/edits/types.ts';
import type { AppContext } from '../types.ts';
import { withRecordedRuns } from './write-tracking.ts';

/** Of `runs delete` and `runs restore`. */
export type RunsLifecycleData = LifecycleChange;

export interface RunsDeleteOptions {
  readonly ids: readonly string[];
  /** Also what is still running. */
  readonly force: boolean;
}

/** Hides runs and all below them, until `runs restore` or `runs purge`. All or none. Throws MLO_RUN_UNKNOWN, MLO_RUN_STATE. */
export async function runsDelete(ctx: AppContext, { ids, force }: RunsDeleteOptions): Promise<RunsLifecycleData> {
  return await withRecordedRuns(ctx, (tracking) => tracking.edits.delete(ids, { force }));
}
