import type { StageAddress } from '../core/stage.ts';
import type { RunSummary } from '../tracking/types.ts';
import { withProject } from './project.ts';
import { readTracking } from './read-tracking.ts';
import type { AppContext } from './types.ts';

export interface RunsListOptions {
  /** Default 20. */
  readonly limit?: number;
  /** The runs of stages too, not only their parents. */
  readonly all?: boolean;
  /** Only runs of this stage. */
  readonly stage?: StageAddress;
}

export interface RunsListData {
  /** Newest first. */
  readonly runs: readonly RunSummary[];
}

const DEFAULT_LIMIT = 20;

/** The newest runs. A project without runs has none. */
export async function runsList(ctx: AppContext, { limit = DEFAULT_LIMIT, all = false, stage }: RunsListOptions): Promise<RunsListData> {
  return await withProject(ctx, async (project) => {
    const query = { limit, includeChildren: all, ...(stage === undefined ? {} : { stage }) };
    return { runs: await readTracking(project, (tracking) => tracking.list(query)) };
  });
}
