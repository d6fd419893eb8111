import type { LifecycleChange } from '../../tracking/edits/types.ts';
import type { AppContext } from '../types.ts';
import { withRecordedRuns } from './write-tracking.ts';

/** Brings back deleted runs with all that the same deletion took. All or none. Throws MLO_RUN_UNKNOWN, MLO_RUN_STATE. */
export async function runsRestore(ctx: AppContext, ids: readonly string[]): Promise<LifecycleChange> {
  return await withRecordedRuns(ctx, (tracking) => tracking.edits.restore(ids));
}
