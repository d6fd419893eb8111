import { availableParallelism } from 'node:os';
import { posix } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import type { StageReport } from '../core/events.ts';
import type { LockEntry } from '../core/lock/types.ts';
import { plan } from '../core/plan/plan.ts';
import type { StagePlan } from '../core/plan/types.ts';
import type { Stage, StageAddress } from '../core/stage.ts';
import { runPool } from '../executors/local-pool.ts';
import { asIoError } from '../fs/errno.ts';
import { readLock } from '../fs/project-lock.ts';
import { trace } from '../fs/trace.ts';
import { pipelineFiles } from './load-pipeline.ts';
import { journalPath, locksDigest, preparePlan, type Prepared } from './prepare-plan.ts';
import { withProject, withWriter, type Project } from './project.ts';
import { BatchWriter } from './repro/batch-writer.ts';
import { checkBeforeRun } from './repro/checks.ts';
import { ignoreCachedOuts, showUncachedOuts } from './repro/ignore-outs.ts';
import { ReproJournal } from './repro/journal.ts';
import { codeOf } from './repro/code-of-stages.ts';
import { lazySpawner, type LazySpawner } from './repro/lazy-spawner.ts';
import type { RemoteSource } from './repro/remote-source.ts';
import { RunRecorder } from './repro/run-recorder.ts';
import { StageEvents } from './repro/stage-events.ts';
import { StageRunner } from './repro/stage-runner.ts';
import { toStatus } from './status.ts';
import type { AppContext, ReproData, ReproOptions } from './types.ts';

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
  const settings = options.set.length === 0 ? undefined : await import('./repro/set-params.ts');
  const overlay = settings?.paramsToSet(project, options.set, pipelineFiles(project, options.file).current);
  const prepared = await preparePlan(project, {
    ...options,
    forRun: true,
    ...(overlay === undefined ? {} : { overlay }),
    onSelected: (stages, locked) => {
      if (stages.some((stage) => isNewCommand(stage, locked))) spawner.warm();
    },
  });
  const source = await remoteSource(project, prepared, options);
  const plans = source === undefined ? trace('plan', () => plan(prepared.request)) : await trace('plan', () => source.plan());
  checkBeforeRun(project, prepared, plans);
  if (overlay !== undefined) settings?.writeParams(project.root, overlay);
  warnFrozen(project, plans);
  tellCutShort(project, prepared);

  const { emit } = project.ctx;
  emit({ type: 'repro-start', stages: plans.length });
  emit({ type: 'plan', stages: plans.map((each) => toStatus(each, prepared.journal)) });
  const { reports, runId, unrecorded } = await reproduceStages(project, prepared, plans, options, spawner, source);
  const ok = reports.every((report) => report.outcome !== 'failed' && report.outcome !== 'cancelled' && report.outcome !== 'blocked');
  const durationMs = performance.now() - startedMs;
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

async function remoteSource(project: Project, prepared: Prepared, { pull, runCache }: ReproOptions): Promise<RemoteSource | undefined> {
  if (pull === undefined) return undefined;
  const { RemoteSource } = await import('./repro/remote-source.ts');
  return new RemoteSource(project, prepared, { ...pull, runCache });
}

async function reproduceStages(
  project: Project,
  prepared: Prepared,
  plans: readonly StagePlan[],
  options: ReproOptions,
  spawner: LazySpawner,
  source: RemoteSource | undefined,
): Promise<{ readonly reports: readonly StageReport[]; readonly runId?: string } & Pick<ReproData, 'unrecorded'>> {
  const journal = new ReproJournal(journalPath(project), prepared.journal);
  const batches = new BatchWriter(prepared.cache, prepared.locks, journal, () => locksDigest(prepared.loaded, prepared.locks));
  const recorder = new RunRecorder(project, prepared.cache, options.experiment ?? project.config.experiment, () => codeOf(prepared));
  if (plans.some(runsCommand)) spawner.warm();
  const events = new StageEvents(project.ctx.emit);
  const shared = { project, prepared, options, journal, batches, recorder, events, spawner: spawner.get };
  const runner = new StageRunner(source === undefined ? shared : { ...shared, source }, plans);
  const reports = new Map<string, StageReport>();
  const idle = plans.every((each) => each.state === 'unchanged' || each.state === 'blocked') && !prepared.locks.dirty;
  if (!idle) recorder.lookAtCode();
  showUncachedOuts(project, prepared.stages);
  if (!idle) {
    ignoreCachedOuts(project, prepared.stages);
    journal.rebase(locksDigest(prepared.loaded, prepared.locks));
  }

  let unrecorded: ReproData['unrecorded'];
  try {
    await runPool({
      order: prepared.stages.map((stage) => node(stage, prepared)),
      jobs: options.jobs,
      // Whoever asks for more jobs than there are cores gets them; what stages declare is held to.
      cpus: Math.max(availableParallelism(), options.jobs),
      policy: options.ignoreErrors ? 'ignore-errors' : options.keepGoing ? 'keep-going' : 'fail-fast',
      signal: project.ctx.signal,
      run: async (address, free) => {
        const stage = prepared.graph.byAddress.get(address) as Stage;
        const report = await trace(`stage ${address}`, () => runner.reproduce(stage, free));
        finish(events, reports, report);
        if (report.outcome === 'failed' && options.ignoreErrors) runner.ignoreFailure(stage);
        return report.outcome === 'failed' || report.outcome === 'cancelled' || report.outcome === 'blocked' ? 'failed' : 'ok';
      },
      onSkipped: (address, why) => finish(events, reports, skipped(address, why, prepared, reports)),
    });
    await trace('locks', () => batches.end());
  } finally {
    events.tellHeld();
    await batches.stop();
    journal.close();
    await spawner.close();
    await discardWorkers(plans);
    unrecorded = await recordEnd(project, () => endRun(project, prepared, recorder, [...reports.values()]));
  }
  const inOrder = prepared.stages.flatMap((stage) => reports.get(stage.address) ?? []);
  return {
    reports: inOrder,
    ...(recorder.parentId === undefined ? {} : { runId: recorder.parentId }),
    ...(unrecorded === undefined ? {} : { unrecorded }),
  };
}

/** What stages made is stored by now: that the books cannot be closed must not hide it. */
async function recordEnd(project: Project, end: () => void): Promise<ReproData['unrecorded']> {
  try {
    end();
    return undefined;
  } catch (caught) {
    const error = asIoError(caught, 'record the run of', project.root);
    if (!(error instanceof MloError)) throw error;
    await project.abandonTracking();
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
}

/** A stage that did not get its turn, with the stage before it that is the reason. */
function skipped(
  address: string,
  why: 'blocked' | 'cancelled',
  prepared: Prepared,
  reports: ReadonlyMap<string, StageReport>,
): StageReport {
  const culprit = (prepared.graph.upstream.get(address) ?? []).find((each) => {
    const outcome = reports.get(each)?.outcome;
    return outcome !== undefined && outcome !== 'ran' && outcome !== 'restored' && outcome !== 'unchanged';
  });
  const before = culprit === undefined ? undefined : reports.get(culprit)?.outcome;
  const kind = before === 'failed' ? 'upstream-failed' : 'upstream-blocked';
  const reasons = culprit === undefined ? [] : [{ kind, key: culprit } as const];
  return { name: address, outcome: before === 'cancelled' ? 'cancelled' : why, reasons, durationMs: 0 };
}

function finish(events: StageEvents, reports: Map<string, StageReport>, report: StageReport): void {
  reports.set(report.name, report);
  events.finish(report);
}

function endRun(project: Project, prepared: Prepared, recorder: RunRecorder, reports: readonly StageReport[]): void {
  const failed = reports.filter((report) => report.outcome === 'failed').map((report) => report.name);
  const interrupted = project.ctx.signal.aborted;
  const { pipeline, file: current } = prepared.loaded;
  const files = new Set([
    posix.join(posix.dirname(current), 'params.yaml'),
    ...prepared.stages.flatMap((stage) => stage.params.map((spec) => spec.file)),
  ]);
  const worked = new Set(prepared.stages.map((stage) => stage.file));
  for (const file of pipeline.files) if (worked.has(file.path)) files.add(file.lockPath);
  recorder.finish([...files], {
    status: interrupted ? 'KILLED' : failed.length > 0 ? 'FAILED' : 'FINISHED',
    ...(interrupted ? { reason: 'interrupted' } : failed.length > 0 ? { reason: `failed: ${failed.join(', ')}` } : {}),
  });
  recorder.flush();
}

function node(stage: Stage, prepared: Prepared): { readonly id: string; readonly upstream: readonly string[]; readonly cpus: number } {
  return { id: stage.address, upstream: prepared.graph.upstream.get(stage.address) ?? [], cpus: stage.cpus };
}

async function discardWorkers(plans: readonly StagePlan[]): Promise<void> {
  if (!plans.some((each) => each.state !== 'unchanged' && each.stage.action.kind === 'module')) return;
  const { discardWarmWorker } = await import('../runtime/module/thread-link.ts');
  await discardWarmWorker();
}

/** A shell stage that no lock knows runs for certain, unless the run-cache has it. */
function isNewCommand(stage: Stage, locked: ReadonlyMap<StageAddress, LockEntry>): boolean {
  return stage.action.kind === 'cmd' && !stage.frozen && !locked.has(stage.address);
}

function runsCommand({ state, stage }: StagePlan): boolean {
  return state === 'run' && stage.action.kind === 'cmd';
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
