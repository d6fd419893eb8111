import { existsSync } from 'node:fs';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { Tracking } from '../../tracking/types.ts';
import { withProject, type Project } from '../project.ts';
import type { AppContext } from '../types.ts';

/**
 * Changes recorded runs. It takes no lock of the project: a repro that is at work goes on, the database orders the two. Runs
 * whose process is gone are FAILED first. Throws MLO_RUN_UNKNOWN where nothing was ever recorded.
 */
export async function withRecordedRuns<T>(ctx: AppContext, work: (tracking: Tracking, project: Project) => T | Promise<T>): Promise<T> {
  return await withProject(ctx, async (project) => {
    if (!existsSync(project.trackingPath)) throw new MloError('MLO_RUN_UNKNOWN', 'This project has no runs yet', { hint: 'mlo repro' });
    const tracking = await project.tracking();
    tracking.reconcile();
    return await work(tracking, project);
  });
}
