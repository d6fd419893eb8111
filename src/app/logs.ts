import { existsSync } from 'node:fs';
import { MloError } from '../core/errors/mlo-error.ts';
import { buildGraph } from '../core/graph/build.ts';
import { tailLog } from '../runtime/log/tail-log.ts';
import { stageLogPath } from '../runtime/log/log-path.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { withProject } from './project.ts';
import { targetStages } from './select-targets.ts';
import { readTracking } from './read-tracking.ts';
import type { RunId } from '../core/run.ts';
import type { Stage, StageAddress } from '../core/stage.ts';
import { count } from '../core/text/amount.ts';
import { shellWord } from '../core/text/shell-word.ts';
import type { RunSummary, Tracking } from '../tracking/types.ts';
import type { AppContext, LogsData } from './types.ts';

/** How often a followed run is asked whether it has ended, milliseconds. */
const LOOK_EVERY_MS = 500;

/** How many stages an error names. */
const SHOWN_STAGES = 8;

export interface LogsOptions {
  readonly stage: string;
  /** Full id or unique prefix; default: the newest run of the stage. */
  readonly runId?: string;
  readonly file?: string;
}

/** Where the log of a run of the stage lies; a stage that printed nothing has an empty one. Throws MLO_TARGET, MLO_RUN_UNKNOWN. */
export async function logs(ctx: AppContext, options: LogsOptions): Promise<LogsData & { readonly running: boolean }> {
  return await withProject(ctx, async (project) => {
    const { pipeline, file } = await loadProjectPipeline(project, options.file);
    const stage = onlyStage(targetStages(project, buildGraph(pipeline.stages), options.stage, file), options.stage);
    const { runId } = options;
    const run = await readTracking(project, (tracking) =>
      runId === undefined ? tracking.list({ stage: stage.address, limit: 1 })[0] : runOfStage(tracking, runId, stage.address),
    );
    if (run === undefined) {
      throw new MloError('MLO_RUN_UNKNOWN', `Stage '${stage.address}' has not run yet`, {
        hint: `Run it with: mlo repro ${shellWord(stage.address)}`,
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

/** Whose of several logs a text is could not be told. */
function onlyStage(named: readonly Stage[], target: string): Stage {
  const [stage, ...others] = named;
  if (stage !== undefined && others.length === 0) return stage;
  const addresses = named.map(({ address }) => `'${address}'`);
  const shown = addresses.length > SHOWN_STAGES ? [...addresses.slice(0, SHOWN_STAGES), '…'] : addresses;
  throw new MloError(
    'MLO_TARGET',
    `A log is of one stage, and '${target}' stands for ${count(named.length, 'stage')}: ${shown.join(', ')}`,
    {
      hint: `mlo logs ${shellWord(stage?.address ?? '<stage>')}`,
    },
  );
}

/** The run itself, the one below a repro that is the stage's, or the one that made the outs which that repro took over. */
function runOfStage(tracking: Tracking, id: string, stage: StageAddress): RunSummary {
  const run = tracking.get(id);
  if (run.stage === stage) return run;
  const child = run.children.find((each) => each.stage === stage);
  const producer = run.links.find((link) => link.stage === stage)?.producerRunId;
  if (child !== undefined) return child;
  if (producer !== undefined) return tracking.get(producer);
  throw new MloError('MLO_RUN_UNKNOWN', `Run ${run.id.slice(0, 8)} has no stage '${stage}'`, {
    hint: `mlo runs show ${run.id.slice(0, 8)}`,
  });
}

export interface FollowOptions {
  readonly follow: boolean;
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

/** Hands on the text of a log; with `follow` goes on as more is written, until the run has ended or the signal. Returns whether it still runs. */
export async function followLog(ctx: AppContext, log: LogsData & { readonly running: boolean }, options: FollowOptions): Promise<boolean> {
  const follow = options.follow && log.running;
  if (!follow) {
    if (existsSync(log.path)) await tailLog(log.path, { ...options, follow: false });
    return log.running;
  }
  const ended = new AbortController();
  const timer = setInterval(() => void endWithRun(ctx, log.runId ?? '', ended), LOOK_EVERY_MS);
  try {
    await tailLog(log.path, { ...options, follow: true, signal: AbortSignal.any([options.signal, ended.signal]) });
  } finally {
    clearInterval(timer);
  }
  return !ended.signal.aborted;
}

async function endWithRun(ctx: AppContext, runId: RunId, ended: AbortController): Promise<void> {
  const status = await withProject(ctx, (project) => readTracking(project, (tracking) => tracking.get(runId).status));
  if (status !== 'RUNNING') ended.abort();
}
