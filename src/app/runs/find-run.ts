import { MloError } from '../../core/errors/mlo-error.ts';
import type { RunId } from '../../core/run.ts';
import type { RunDetail, Tracking } from '../../tracking/types.ts';

/** The run, where it is (still) known. */
export function findRun(tracking: Pick<Tracking, 'get'>, id: RunId): RunDetail | undefined {
  try {
    return tracking.get(id);
  } catch (error) {
    if (error instanceof MloError && error.code === 'MLO_RUN_UNKNOWN') return undefined;
    throw error;
  }
}
