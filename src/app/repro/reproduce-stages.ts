import { availableParallelism } from 'node:os';
import type { Digest } from '../../core/content.ts';
import type { StageReport } from '../../core/events.ts';
import type { StagePlan } from '../../core/plan/types.ts';
import type { Stage, StageAddress } from '../../core/stage.ts';
import { runPool } from '../../executors/local-pool.ts';
import { trace } from '../../fs/trace.ts';
import { journalPath, locksDigest, type Prepared } from '../prepare-plan.ts';
import type { Project } from '../project.ts';
import type { ReproData, ReproOptions } from '../types.ts';
import { BatchWriter } from './batch-writer.ts';
import { codeOf } from './code-of-stages.ts';
import { endRun } from './end-run.ts';
import { ignoreCachedOuts, showUncachedOuts } from './ignore-outs.ts';
import { ReproJournal } from './journal.ts';
import type { LazySpawner } from './lazy-spawner.ts';
import type { RemoteSource } from './remote-source.ts';
import { RunRecorder } from './run-recorder.ts';
import { StageEvents } from './stage-events.ts';
import { StageRunner } from './stage-runner.ts';
import { lackingOuts } from './store-lacking.ts';

export interface PlannedStages {
  readonly project: Project;
  readonly prepared: Prepared;
  /** Of all stages of `prepared`, as they were judged before the first one starts. */
  readonly plans: readonly StagePlan[];
  readonly options: ReproOptions;
  readonly spawner: LazySpawner;
  /** With --pull. */
  readonly source: RemoteSource | undefined;
}

export interface Reproduced extends Pick<ReproData, 'runId' | 'unrecorded'> {
  /** In the order of the stages; one that failed is one of them. */
  readonly reports: readonly StageReport[];
}

/** Gives each stage its turn, in the order of the graph, and keeps the books: journal, locks, the run. */
export async function reproduceStages({ project, prepared, plans, options, spawner, source }: PlannedStages): Promise<Reproduced> {
  const journal = new ReproJournal(journalPath(project), prepared.journal);
  const digest = (): Digest => locksDigest(prepared.loaded, prepared.locks);
  const batches = new BatchWriter(prepared.cache, prepared.locks, journal, digest);
  const recorder = new RunRecorder(project, prepared.cache, options.experiment ?? project.config.experiment, () => codeOf(prepared));
  const events = new StageEvents(project.ctx.emit);
  const shared = { project, prepared, options, journal, batches, recorder, events, spawner: spawner.get };
  const runner = new StageRunner(source === undefined ? shared : { ...shared, source }, plans);
  if (plans.some(runsCommand)) spawner.warm();

  const isStill = (plan: StagePlan): boolean =>
    plan.state === 'blocked' || (plan.state === 'unchanged' && !(options.commit && lackingOuts(prepared, plan).length > 0));
  const isIdle = plans.every(isStill) && !prepared.locks.dirty;
  if (!isIdle) recorder.lookAtCode();
  showUncachedOuts(project, prepared.stages);
  if (!isIdle) {
    ignoreCachedOuts(project, prepared.stages);
    journal.rebase(digest(), prepared.locks.pending());
  }

  const reports = new Map<StageAddress, StageReport>();
  const finish = (report: StageReport): void => {
    reports.set(report.name, report);
    events.finish(report);
  };
  let unrecorded: ReproData['unrecorded'];
  let fault: unknown;
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
        finish(report);
        if (report.outcome === 'failed' && options.ignoreErrors) runner.ignoreFailure(stage);
        return report.outcome === 'failed' || report.outcome === 'cancelled' || report.outcome === 'blocked' ? 'failed' : 'ok';
      },
      onSkipped: (address, why) => finish(skipped(address, why, prepared, reports)),
    });
    await trace('locks', () => batches.end());
  } catch (caught) {
    fault = caught;
    throw caught;
  } finally {
    events.tellHeld();
    await batches.stop();
    journal.close();
    await spawner.close();
    await discardWorkers(plans);
    unrecorded = await endRun(project, prepared, recorder, [...reports.values()], fault);
  }
  return {
    reports: prepared.stages.flatMap((stage) => reports.get(stage.address) ?? []),
    ...(recorder.parentId === undefined ? {} : { runId: recorder.parentId }),
    ...(unrecorded === undefined ? {} : { unrecorded }),
  };
}

function node(stage: Stage, prepared: Prepared): { readonly id: string; readonly upstream: readonly string[]; readonly cpus: number } {
  return { id: stage.address, upstream: prepared.graph.upstream.get(stage.address) ?? [], cpus: stage.cpus };
}

function runsCommand({ state, stage }: StagePlan): boolean {
  return state === 'run' && stage.action.kind === 'cmd';
}

/** A stage that did not get its turn, with the stage before it that is the reason. */
function skipped(
  address: StageAddress,
  why: 'blocked' | 'cancelled',
  prepared: Prepared,
  reports: ReadonlyMap<StageAddress, StageReport>,
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

async function discardWorkers(plans: readonly StagePlan[]): Promise<void> {
  if (!plans.some((each) => each.state !== 'unchanged' && each.stage.action.kind === 'module')) return;
  const { discardWarmWorker } = await import('../../runtime/module/thread-link.ts');
  await discardWarmWorker();
}
