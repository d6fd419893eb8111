import { setTimeout as delay } from 'node:timers/promises';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { RunDetail, Tracking } from '../../tracking/types.ts';
import { withProject } from '../project.ts';
import { readTracking } from '../read-tracking.ts';
import type { AppContext } from '../types.ts';

/** How often the run is looked at, milliseconds. */
const LOOK_EVERY_MS = 400;

export interface RunsWatchOptions {
  /** Full id or unique prefix; default: the newest run that is at work, else the newest. */
  readonly id?: string;
  /** Called with each new state; the next one is read when this has ended. */
  readonly onState: (run: RunDetail) => Promise<void> | void;
}

/** Follows a run until it has ended or the signal; returns it as it was seen last. Throws MLO_RUN_UNKNOWN. */
export async function runsWatch(ctx: AppContext, { id, onState }: RunsWatchOptions): Promise<RunDetail> {
  return await withProject(ctx, async (project) => {
    let run = await readTracking(project, (tracking) => tracking.get(id ?? newestAtWork(tracking)));
    for (;;) {
      await onState(run);
      if (run.status !== 'RUNNING' || ctx.signal.aborted) return run;
      await delay(LOOK_EVERY_MS, undefined, { signal: ctx.signal }).catch(() => {});
      run = await readTracking(project, (tracking) => tracking.get(run.id));
    }
  });
}

function newestAtWork(tracking: Tracking): string {
  const [newest] = [...tracking.list({ limit: 1, status: 'RUNNING' }), ...tracking.list({ limit: 1 })];
  if (newest === undefined) throw new MloError('MLO_RUN_UNKNOWN', 'This project has no runs yet', { hint: 'mlo repro' });
  return newest.id;
}
