import { MloError } from '../core/errors/mlo-error.ts';
import type { LockEntry } from '../core/lock/types.ts';
import { plan } from '../core/plan/plan.ts';
import type { StagePlan } from '../core/plan/types.ts';
import type { ProjectPath, Stage, StageAddress } from '../core/stage.ts';
import { readLock } from '../fs/project-lock.ts';
import { trace } from '../fs/trace.ts';
import { pipelineFiles } from './load-pipeline.ts';
import { msSince } from './ms-since.ts';
import { preparePlan, type Prepared } from './prepare-plan.ts';
import { withProject, withWriter, type Project } from './project.ts';
import { checkBeforeRun } from './repro/checks.ts';
import { lazySpawner, type LazySpawner } from './repro/lazy-spawner.ts';
import type { RemoteSource } from './repro/remote-source.ts';
import { reproduceStages } from './repro/reproduce-stages.ts';
import { toStatus } from './status.ts';
import type { AppContext, ReproData, ReproOptions } from './types.ts';
import { writeEdits, type TextEdit } from './write-edits.ts';

/** Makes the workspace match the pipeline: load → observe → plan → run | restore | skip → commit → lock → report. */
export async function repro(ctx: AppContext, options: ReproOptions): Promise<ReproData> {
  if (options.dry) return await withProject(ctx, (project) => previewRepro(project, options));
  return await withWriter(ctx, (project) => reproduce(project, options));
}

async function previewRepro(project: Project, options: ReproOptions): Promise<ReproData> {
  if (options.set.length > 0) {
    throw new MloError('MLO_USAGE', '--set writes params.yaml and --dry must not write', { hint: 'Leave one of them out.' });
  }
  if (options.pull !== undefined) {
    throw new MloError('MLO_USAGE', '--pull writes what the remote has and --dry must not write', { hint: 'Leave one of them out.' });
  }
  const isAtWork = readLock(project.lockPath) !== undefined;
  const prepared = await preparePlan(project, options);
  const plans = trace('plan', () => plan(prepared.request));
  return { ok: true, stages: [], durationMs: 0, plan: plans.map((each) => toStatus(each, prepared.journal, isAtWork)) };
}

async function reproduce(project: Project, options: ReproOptions): Promise<ReproData> {
  const spawner = lazySpawner(project.ctx.env, options.jobs);
  try {
    return await reproduceWith(project, options, spawner);
  } finally {
    await spawner.close();
  }
}

async function reproduceWith(project: Project, options: ReproOptions, spawner: LazySpawner): Promise<ReproData> {
  const startedMs = performance.now();
  const edits = options.set.length === 0 ? undefined : await editParams(project, options);
  const prepared = await preparePlan(project, {
    ...options,
    forRun: true,
    ...(edits === undefined ? {} : { overlay: new Map([...edits].map(([path, { text }]) => [path, text])) }),
    onSelected: (stages, locked) => {
      if (stages.some((stage) => isNewCommand(stage, locked))) spawner.warm();
    },
  });
  const source = await remoteSource(project, prepared, options);
  const plans = source === undefined ? trace('plan', () => plan(prepared.request)) : await trace('plan', () => source.plan());
  checkBeforeRun(project, prepared, plans, options.commit);
  if (edits !== undefined) writeEdits(project.root, edits);
  warnFrozen(project, plans);
  tellCutShort(project, prepared);

  const { emit } = project.ctx;
  emit({ type: 'repro-start', stages: plans.length });
  emit({ type: 'plan', stages: plans.map((each) => toStatus(each, prepared.journal)) });
  const { reports, runId, unrecorded } = await reproduceStages({ project, prepared, plans, options, spawner, source });
  const ok = reports.every((report) => report.outcome !== 'failed' && report.outcome !== 'cancelled' && report.outcome !== 'blocked');
  const durationMs = msSince(startedMs);
  emit({ type: 'repro-finish', ok, stages: reports, durationMs });
  return {
    ok: ok || (options.ignoreErrors && !project.ctx.signal.aborted),
    stages: reports,
    durationMs,
    ...(runId === undefined ? {} : { runId }),
    ...(project.ctx.signal.aborted ? { interrupted: true } : {}),
    ...(unrecorded === undefined ? {} : { unrecorded }),
  };
}

async function editParams(project: Project, { set, file }: ReproOptions): Promise<ReadonlyMap<ProjectPath, TextEdit>> {
  const { paramsToSet } = await import('./repro/set-params.ts');
  return paramsToSet(project, set, pipelineFiles(project, file).current);
}

async function remoteSource(project: Project, prepared: Prepared, { pull, runCache }: ReproOptions): Promise<RemoteSource | undefined> {
  if (pull === undefined) return undefined;
  const { RemoteSource } = await import('./repro/remote-source.ts');
  return new RemoteSource(project, prepared, { ...pull, runCache });
}

/** A shell stage that no lock knows runs for certain, unless the run-cache has it. */
function isNewCommand(stage: Stage, locked: ReadonlyMap<StageAddress, LockEntry>): boolean {
  return stage.action.kind === 'cmd' && !stage.frozen && !locked.has(stage.address);
}

/** A crash of native code, or kill -9: the run is closed by the recorder, and here is what was at work then. */
function tellCutShort({ ctx }: Project, { journal, stages }: Prepared): void {
  for (const { address, action } of stages) {
    if (!journal.unfinished.has(address) || journal.unfinished.get(address) !== undefined) continue;
    const way = action.kind === 'module' ? '; should it crash again, isolate: process makes that a failure of this stage alone' : '';
    ctx.emit({ type: 'note', message: `Stage '${address}' was at work when the last mlo ended without a word${way}` });
  }
}

function warnFrozen(project: Project, plans: readonly StagePlan[]): void {
  for (const { stage } of plans) {
    if (stage.frozen)
      project.ctx.emit({ type: 'warning', message: `Stage '${stage.address}' is frozen: its deps are not looked at and it does not run` });
  }
}
