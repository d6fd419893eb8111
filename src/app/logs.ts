import { existsSync } from 'node:fs';
import { MloError } from '../core/errors/mlo-error.ts';
import { buildGraph } from '../core/graph/build.ts';
import { findTarget } from '../core/graph/select.ts';
import { tailLog } from '../runtime/log/tail-log.ts';
import { stageLogPath } from '../runtime/log/log-path.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { withProject } from './project.ts';
import { readTracking } from './read-tracking.ts';
import type { AppContext, LogsData } from './types.ts';

export interface LogsOptions {
  readonly stage: string;
  /** Full id or unique prefix; default: the newest run of the stage. */
  readonly runId?: string;
  readonly file?: string;
}

/** Where the log of a run of the stage lies; a stage that printed nothing has an empty one. */
export async function logs(ctx: AppContext, options: LogsOptions): Promise<LogsData & { readonly running: boolean }> {
  return await withProject(ctx, async (project) => {
    const { pipeline, file } = await loadProjectPipeline(project, options.file);
    const [stage] = findTarget(buildGraph(pipeline.stages), options.stage, file);
    if (stage === undefined) throw new Error('findTarget found nothing and did not say so');
    const { runId } = options;
    const run = await readTracking(project, (tracking) =>
      runId === undefined ? tracking.list({ stage: stage.address, limit: 1 })[0] : tracking.get(runId),
    );
    if (run === undefined) {
      throw new MloError('MLO_RUN_UNKNOWN', `Stage '${stage.address}' has not run yet`, {
        hint: `Run it with: mlo repro ${stage.address}`,
      });
    }
    return {
      stage: stage.address,
      runId: run.id,
      path: stageLogPath(project.logsDir, stage.address, run.id),
      running: run.status === 'RUNNING',
    };
  });
}

/** Hands on the text of a log; with `follow` goes on until the signal, as more is written. */
export async function followLog(
  path: string,
  options: { readonly follow: boolean; readonly signal: AbortSignal; readonly onText: (text: string) => void },
): Promise<void> {
  if (!options.follow && !existsSync(path)) return;
  await tailLog(path, options);
}
