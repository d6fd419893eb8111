import { MloError } from '../core/errors/mlo-error.ts';
import type { StageReport } from '../core/events.ts';
import type { OutDifference, VerifiedStage, VerifyReproData } from '../core/verified-stage.ts';
import type { LockEntry } from '../core/lock/types.ts';
import { shorterMs } from '../core/pipeline/duration.ts';
import { plan } from '../core/plan/plan.ts';
import type { StagePlan } from '../core/plan/types.ts';
import type { RunId } from '../core/run.ts';
import type { Stage } from '../core/stage.ts';
import { shellWord } from '../core/text/shell-word.ts';
import { asIoError } from '../fs/errno.ts';
import type { Spawner } from '../runtime/shell/spawner.ts';
import { preparePlan, type Prepared } from './prepare-plan.ts';
import { withWriter, type Project } from './project.ts';
import { checkInputsUnchanged } from './repro/collect-outs.ts';
import { commandText, executeAction } from './repro/execute-action.ts';
import { codeOf } from './repro/code-of-stages.ts';
import { lazySpawner } from './repro/lazy-spawner.ts';
import { makeFolders } from './repro/prepare-outs.ts';
import { RunRecorder } from './repro/run-recorder.ts';
import { StageEvents } from './repro/stage-events.ts';
import { differingOuts } from './repro-verify/compare-outs.ts';
import { putBack, removeLeftovers, setAside } from './repro-verify/set-aside.ts';
import { toStatus } from './status.ts';
import type { AppContext, ReproOptions } from './types.ts';
import { msSince } from './ms-since.ts';

export type VerifyReproOptions = Pick<
  ReproOptions,
  'targets' | 'file' | 'glob' | 'singleItem' | 'downstream' | 'timeoutMs' | 'strict' | 'experiment'
>;

/**
 * Runs stages that are up to date once more, one after the other, and compares what they write with the lock: load → plan → for each stage: outs
 * aside → run → compare → outs back. Workspace and lock are afterwards what they were.
 */
export async function verifyRepro(ctx: AppContext, options: VerifyReproOptions): Promise<VerifyReproData> {
  return await withWriter(ctx, (project) => verify(project, options));
}

interface Session {
  readonly project: Project;
  readonly prepared: Prepared;
  readonly options: VerifyReproOptions;
  readonly recorder: RunRecorder;
  readonly events: StageEvents;
  readonly spawner: () => Promise<Spawner>;
}

async function verify(project: Project, options: VerifyReproOptions): Promise<VerifyReproData> {
  const startedMs = performance.now();
  const prepared = await preparePlan(project, { ...options, forRun: true });
  const plans = plan(prepared.request);
  refuseOutOfDate(plans);
  removeLeftovers(project);

  const { emit, signal } = project.ctx;
  emit({ type: 'repro-start', stages: plans.length });
  emit({ type: 'plan', stages: plans.map((each) => toStatus(each, prepared.journal)) });
  const recorder = new RunRecorder(
    project,
    prepared.cache,
    options.experiment ?? project.config.experiment,
    () => codeOf(prepared),
    'repro --verify',
  );
  const spawner = lazySpawner(project.ctx.env, 1);
  const session: Session = { project, prepared, options, recorder, events: new StageEvents(emit), spawner: spawner.get };
  const stages: VerifiedStage[] = [];
  try {
    for (const each of plans) stages.push(signal.aborted ? cancelled(each.stage) : await verifyStage(session, each));
    await prepared.cache.flush();
  } finally {
    await spawner.close();
    await discardWorkers();
    endRun(session, stages);
  }
  removeLeftovers(project);
  const durationMs = msSince(startedMs);
  const ok = stages.every(({ verdict }) => verdict === 'same' || verdict === 'skipped');
  emit({ type: 'repro-finish', ok, stages: stages.map(toReport), durationMs });
  return {
    ok,
    stages,
    durationMs,
    ...(recorder.parentId === undefined ? {} : { runId: recorder.parentId }),
    ...(signal.aborted ? { interrupted: true } : {}),
  };
}

/** There is nothing to compare with where the lock does not speak of what is there now. */
function refuseOutOfDate(plans: readonly StagePlan[]): void {
  const outdated = plans.filter((each) => each.state !== 'unchanged' && whyNot(each) === undefined).map(({ stage }) => stage.address);
  if (outdated.length === 0) return;
  const names = outdated.map((name) => `'${name}'`).join(', ');
  throw new MloError(
    'MLO_USAGE',
    `Only stages that are up to date can be verified, and ${outdated.length === 1 ? 'this one is' : 'these are'} not: ${names}`,
    {
      hint: 'mlo repro',
      details: { stages: outdated },
    },
  );
}

/** Stages whose outs say nothing about what another run would write. */
function whyNot({ stage }: StagePlan): string | undefined {
  if (stage.frozen) return 'it is frozen';
  if (stage.alwaysChanged) return 'it always changes';
  if (stage.outs.length === 0) return 'it has no outs';
  if (stage.outs.some(({ persist }) => persist)) return 'it adds to an out that persists';
  return undefined;
}

async function verifyStage(session: Session, { stage, entry, ...rest }: StagePlan): Promise<VerifiedStage> {
  const why = whyNot({ stage, ...rest });
  if (why !== undefined || entry === undefined)
    return { name: stage.address, verdict: 'skipped', durationMs: 0, why: why ?? 'the lock does not know it' };
  const { recorder, events, project } = session;
  const startedMs = performance.now();
  const parentRunId = await recorder.begin();
  const params = session.prepared.request.observation.params(stage);
  const runId = await recorder.startStage(stage, commandText(stage), params);
  events.start({ type: 'stage-start', stage: stage.address, runId, command: commandText(stage), reasons: [] });
  const base = { name: stage.address, runId };
  let verified: VerifiedStage;
  try {
    const outs = await runAside(session, stage, entry, { runId, parentRunId });
    const durationMs = msSince(startedMs);
    verified =
      outs.length === 0
        ? { ...base, verdict: 'same', durationMs }
        : { ...base, verdict: 'differs', durationMs, outs, error: differs(stage, outs) };
  } catch (caught) {
    const error = asIoError(caught, `work on stage '${stage.address}' at`, (caught as NodeJS.ErrnoException).path ?? stage.wdir);
    if (!(error instanceof MloError)) throw error;
    const verdict = project.ctx.signal.aborted ? 'cancelled' : 'failed';
    verified = { ...base, verdict, durationMs: msSince(startedMs), error: plainError(error) };
  }
  const { verdict, error } = verified;
  recorder.tags(runId, { 'mlo.verify': verdict });
  recorder.finishStage(runId, {
    status: verdict === 'cancelled' ? 'KILLED' : verdict === 'same' ? 'FINISHED' : 'FAILED',
    ...(error === undefined ? {} : { reason: error.message }),
  });
  events.finish(toReport(verified));
  return verified;
}

/** The outs are back in their places when this returns or throws. */
async function runAside(
  { project, prepared, options, recorder, events, spawner }: Session,
  stage: Stage,
  entry: LockEntry,
  run: { readonly runId: RunId; readonly parentRunId: RunId },
): Promise<readonly OutDifference[]> {
  const records = recorder.records();
  setAside(
    project,
    stage.outs.map(({ path }) => path),
  );
  try {
    makeFolders(project.root, stage);
    const result = await executeAction({
      project,
      stage,
      params: prepared.request.observation.params(stage),
      ...run,
      timeoutMs: shorterMs(stage.timeoutMs, options.timeoutMs),
      strict: options.strict,
      warmNext: false,
      sideBySide: false,
      spawner,
      say: (event) => events.say(event),
      onRecords: (more) => records.add(more),
      onCommand: (pid) => recorder.atWork(run.runId, pid),
    });
    recorder.tags(run.runId, result.tags);
    if (result.error !== undefined) throw result.error;
    await records.end();
    await checkInputsUnchanged(stage, entry, prepared);
    return await differingOuts(project.root, prepared.cache, stage, entry);
  } finally {
    putBack(project);
  }
}

function differs(stage: Stage, outs: readonly OutDifference[]): NonNullable<StageReport['error']> {
  const named = outs.map(({ path, found, files }) => {
    if (found === undefined) return `'${path}' was not written`;
    return files === undefined || files.length === 0
      ? `'${path}'`
      : `'${path}' (${files.slice(0, 3).join(', ')}${files.length > 3 ? ', …' : ''})`;
  });
  const [kept] = outs.filter(({ found }) => found !== undefined);
  return {
    code: 'MLO_NOT_REPRODUCED',
    message: `Stage '${stage.address}' wrote other bytes than the lock says, from the same inputs: ${named.join(', ')}`,
    hint:
      kept === undefined || stage.outs.find(({ path }) => path === kept.path)?.cache !== true
        ? 'Look for times, random numbers without a seed, and the order of folders or threads.'
        : `mlo checkout --digest ${kept.found} --to ${shellWord(`${kept.path}.again`)}   (to compare)`,
    details: { stage: stage.address, outs },
  };
}

function plainError({ code, message, hint, details }: MloError): NonNullable<StageReport['error']> {
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(Object.keys(details).length === 0 ? {} : { details }) };
}

function cancelled(stage: Stage): VerifiedStage {
  return { name: stage.address, verdict: 'cancelled', durationMs: 0 };
}

/** For whoever follows the stages of any repro. */
function toReport({ name, verdict, durationMs, runId, error }: VerifiedStage): StageReport {
  const outcome = ({ same: 'ran', differs: 'failed', failed: 'failed', skipped: 'unchanged', cancelled: 'cancelled' } as const)[verdict];
  return { name, outcome, reasons: [], durationMs, ...(runId === undefined ? {} : { runId }), ...(error === undefined ? {} : { error }) };
}

async function discardWorkers(): Promise<void> {
  const { discardWarmWorker } = await import('../runtime/module/thread-link.ts');
  await discardWarmWorker();
}

function endRun({ project, recorder }: Session, stages: readonly VerifiedStage[]): void {
  const wrong = stages.filter(({ verdict }) => verdict === 'differs' || verdict === 'failed').map(({ name }) => name);
  const interrupted = project.ctx.signal.aborted;
  recorder.finish([], {
    status: interrupted ? 'KILLED' : wrong.length > 0 ? 'FAILED' : 'FINISHED',
    ...(interrupted ? { reason: 'interrupted' } : wrong.length > 0 ? { reason: `not the same again: ${wrong.join(', ')}` } : {}),
  });
}
