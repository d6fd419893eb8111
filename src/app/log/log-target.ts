import { MloError } from '../../core/errors/mlo-error.ts';
import type { MetricBatch, RunRecord } from '../../core/run.ts';
import type { StageRun } from '../../runtime/api/stage-run.ts';
import { createRunRecorder } from '../../runtime/module/run-recorder.ts';
import type { RunDetail, Tracking } from '../../tracking/types.ts';
import { withProject } from '../project.ts';
import type { AppContext } from '../types.ts';
import { artifactNames, stepAfter, waitForRun } from './find-run.ts';
import { RecordKeeper } from './record-keeper.ts';

export interface LogOptions {
  /** Id of a run, or the beginning of one; default: the run of the stage that this process belongs to. */
  readonly run?: string;
}

/** A run that another process has started, and what it knows so far. */
export interface LogTarget {
  readonly run: StageRun;
  readonly before: RunDetail;
  /** Many points at once. */
  readonly logBatches: (batches: readonly MetricBatch[]) => void;
}

/** Logs values to a run. In a stage neither the project nor its configuration is looked at. */
export async function withValueLog<T>(ctx: AppContext, options: LogOptions, work: (target: LogTarget) => Promise<T> | T): Promise<T> {
  const db = options.run === undefined ? ctx.env['MLO_TRACKING_DB'] : undefined;
  if (db === undefined || ctx.env['MLO_RUN_ID'] === undefined) {
    return await withProject(ctx, async (project) => await logValues(ctx, options, await project.tracking(), work));
  }
  const { openTracking } = await import('../../tracking/open.ts');
  const tracking = openTracking({ path: db });
  try {
    return await logValues(ctx, options, tracking, work);
  } finally {
    tracking.close();
  }
}

/** Logs files to a run; their bytes go into the cache of the project. */
export async function withFileLog<T>(ctx: AppContext, options: LogOptions, work: (target: LogTarget) => Promise<T> | T): Promise<T> {
  const cwd = (options.run === undefined ? ctx.env['MLO_ROOT'] : undefined) ?? ctx.cwd;
  return await withProject({ ...ctx, cwd }, async (project) => {
    const cache = await project.sharedCache();
    const tracking = await project.tracking();
    const keeper = new RecordKeeper({ root: project.root, tracking, cache });
    const result = await logTo(ctx, options, tracking, (records) => keeper.add(records), work);
    await keeper.end();
    tracking.flush();
    return result;
  });
}

async function logValues<T>(
  ctx: AppContext,
  options: LogOptions,
  tracking: Tracking,
  work: (target: LogTarget) => Promise<T> | T,
): Promise<T> {
  const apply = (record: RunRecord): void => {
    if (record.type === 'artifact' || record.type === 'artifact-bytes' || record.type === 'input' || record.type === 'model')
      throw new Error(`a record of type ${record.type} needs the cache`);
    tracking.apply(record);
  };
  const result = await logTo(ctx, options, tracking, (records) => records.forEach(apply), work);
  tracking.flush();
  return result;
}

async function logTo<T>(
  ctx: AppContext,
  { run }: LogOptions,
  tracking: Tracking,
  send: (records: readonly RunRecord[]) => void,
  work: (target: LogTarget) => Promise<T> | T,
): Promise<T> {
  const before = run === undefined ? await waitForRun(tracking, ownRun(ctx)) : tracking.get(run);
  const { id } = before;
  if (before.status !== 'RUNNING') tellEnded(ctx, before);
  const recorder = createRunRecorder({
    id,
    base: () => ctx.cwd,
    prompt: true,
    send,
    nextStep: (_, name) => stepAfter(before, name),
    artifacts: () => artifactNames(before),
  });
  const result = await work({ run: recorder.run, before, logBatches: (batches) => tracking.logBatches(id, batches) });
  recorder.flush();
  return result;
}

/** As with MLflow, what belongs to a run can be added when it is over; whoever names the wrong run must see it. */
function tellEnded({ emit }: AppContext, { id, name, status, deletedMs }: RunDetail): void {
  const state = deletedMs === undefined ? status : `${status} and deleted`;
  emit({ type: 'note', message: `The run ${id.slice(0, 8)} (${name}) is ${state} already: this is added to it` });
}

function ownRun({ env }: AppContext): string {
  const id = env['MLO_RUN_ID'];
  if (id !== undefined) return id;
  throw new MloError('MLO_USAGE', 'It is not said which run to log to: this is no stage (MLO_RUN_ID is not set), and --run is not given', {
    hint: 'Find the run with mlo runs list --all, then add --run <id>',
  });
}
