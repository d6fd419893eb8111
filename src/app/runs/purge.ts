import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunId } from '../../core/run.ts';
import type { PurgePlan, PurgeSelection } from '../../tracking/edits/types.ts';
import { gc } from '../gc.ts';
import type { AppContext } from '../types.ts';
import { withRecordedRuns } from './write-tracking.ts';

export interface RunsPurgeOptions {
  readonly selection: PurgeSelection;
  /** Remove; else it is only said what would be. */
  readonly force: boolean;
}

export interface RunsPurgeData extends PurgePlan {
  /** False: nothing was removed. */
  readonly done: boolean;
  /** What `mlo gc` would free once they are gone, besides what it would free now: bytes. */
  readonly gcFrees: number;
}

/** Removes deleted runs for good, with their points and logs. What they kept in the cache is then `mlo gc`'s. Throws MLO_RUN_UNKNOWN, MLO_RUN_STATE. */
export async function runsPurge(ctx: AppContext, { selection, force }: RunsPurgeOptions): Promise<RunsPurgeData> {
  return await withRecordedRuns(ctx, async (tracking, project) => {
    const plan = tracking.edits.purgePlan(selection);
    const gcFrees =
      plan.artifacts === 0
        ? 0
        : await freedWithout(
            ctx,
            plan.runs.map(({ id }) => id),
          );
    if (!force) return { ...plan, done: false, gcFrees };
    const purged = tracking.edits.purge(selection);
    for (const { id } of purged.runs) rmSync(join(project.logsDir, id), { recursive: true, force: true });
    return { ...purged, done: true, gcFrees };
  });
}

async function freedWithout(ctx: AppContext, runs: readonly RunId[]): Promise<number> {
  const options = { force: false, branches: false, tags: false, commits: 0, allCommits: false, runs: true, ignoreProjects: [] };
  const now = await gc(ctx, options);
  const later = await gc(ctx, { ...options, withoutRuns: new Set(runs) });
  return now.size.after - later.size.after;
}
