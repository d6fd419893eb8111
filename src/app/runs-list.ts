import { MloError } from '../core/errors/mlo-error.ts';
import type { StageAddress } from '../core/stage.ts';
import { nearest } from '../core/text/nearest.ts';
import type { RunSummary, Tracking } from '../tracking/types.ts';
import { withProject } from './project.ts';
import { readTracking } from './read-tracking.ts';
import { listFiltered } from './runs/list-filtered.ts';
import type { AppContext } from './types.ts';

export interface RunsListOptions {
  /** Default 20. */
  readonly limit?: number;
  /** The runs of stages too, not only their parents. */
  readonly all?: boolean;
  /** Only runs of this stage. */
  readonly stage?: StageAddress;
  /** Only runs of the experiment with this name; one that is not there is an error. */
  readonly experiment?: string;
  /** Deleted runs instead of those that are not. */
  readonly deleted?: boolean;
  /** Only runs that it finds, see core/search; those of stages too. */
  readonly filter?: string;
}

export interface RunsListData {
  /** Newest first. */
  readonly runs: readonly RunSummary[];
}

const DEFAULT_LIMIT = 20;

/** The newest runs. A project without runs has none. */
export async function runsList(
  ctx: AppContext,
  { limit = DEFAULT_LIMIT, all = false, stage, experiment, deleted = false, filter }: RunsListOptions,
): Promise<RunsListData> {
  return await withProject(ctx, async (project) => {
    const query = {
      limit,
      includeChildren: all,
      deleted,
      ...(stage === undefined ? {} : { stage }),
      ...(experiment === undefined ? {} : { experiment }),
    };
    return {
      runs: await readTracking(project, (tracking) => {
        const runs = filter === undefined ? tracking.list(query) : listFiltered(tracking, filter, query);
        if (runs.length === 0 && experiment !== undefined) requireExperiment(tracking, experiment, deleted);
        return runs;
      }),
    };
  });
}

/** Throws MLO_EXPERIMENT where no experiment has the name: an empty list would say something else. */
function requireExperiment({ experiments }: Tracking, name: string, deleted: boolean): void {
  const known = [...experiments.list(), ...(deleted ? experiments.list({ deleted: true }) : [])].map((experiment) => experiment.name);
  if (known.includes(name)) return;
  const near = nearest(name, known);
  throw new MloError('MLO_EXPERIMENT', `No experiment has the name ${JSON.stringify(name)}.`, {
    hint: near === undefined ? 'mlo experiments list' : `Did you mean ${JSON.stringify(near)}?`,
    details: { name, known },
  });
}
