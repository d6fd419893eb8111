import { MloError } from '../core/errors/mlo-error.ts';
import type { RunDetail, Tracking } from '../tracking/types.ts';
import { withProject } from './project.ts';
import { readTracking } from './read-tracking.ts';
import { findRun } from './runs/find-run.ts';
import type { AppContext } from './types.ts';

export type RunsShowData = RunDetail;

export interface RunsShowOptions {
  /** Full id or unique prefix of at least 4 characters; default: the newest run. */
  readonly id?: string;
}

/** A run with everything that belongs to it and the runs below it. Throws MLO_RUN_UNKNOWN. */
export async function runsShow(ctx: AppContext, { id }: RunsShowOptions): Promise<RunsShowData> {
  return await withProject(ctx, async (project) => {
    return await readTracking(project, (tracking) => {
      const wanted = id ?? tracking.list({ limit: 1 })[0]?.id;
      if (wanted === undefined) throw new MloError('MLO_RUN_UNKNOWN', 'This project has no runs yet', { hint: 'mlo repro' });
      return withProducers(tracking, tracking.get(wanted));
    });
  });
}

/** A stage that was restored or unchanged shows what the run that made its outs was given and found. */
function withProducers(tracking: Tracking, run: RunDetail): RunDetail {
  const links = run.links.map((link) => {
    const producer = link.producerRunId === undefined ? undefined : findRun(tracking, link.producerRunId);
    return producer === undefined ? link : { ...link, producer: { params: producer.params, metrics: producer.metrics } };
  });
  return { ...run, links };
}
