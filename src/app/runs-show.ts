import { MloError } from '../core/errors/mlo-error.ts';
import type { RunDetail } from '../tracking/types.ts';
import { withProject } from './project.ts';
import { readTracking } from './read-tracking.ts';
import type { AppContext } from './types.ts';

export interface RunsShowOptions {
  /** Full id or unique prefix of at least 4 characters; default: the newest run. */
  readonly id?: string;
}

/** A run with everything that belongs to it and the runs below it. Throws MLO_RUN_UNKNOWN. */
export async function runsShow(ctx: AppContext, { id }: RunsShowOptions): Promise<RunDetail> {
  return await withProject(ctx, async (project) => {
    return await readTracking(project, (tracking) => {
      const wanted = id ?? tracking.list({ limit: 1 })[0]?.id;
      if (wanted === undefined) throw new MloError('MLO_RUN_UNKNOWN', 'This project has no runs yet', { hint: 'mlo repro' });
      return tracking.get(wanted);
    });
  });
}
