import { MloError } from '../../core/errors/mlo-error.ts';
import type { StageReport } from '../../core/events.ts';
import type { LockEntry } from '../../core/lock/types.ts';
import { stageFacts } from '../../core/plan/facts.ts';
import { undeclaredIn } from '../../core/plan/judge.ts';
import { planStage } from '../../core/plan/plan.ts';
import type { Reason, StagePlan } from '../../core/plan/types.ts';
import type { Stage, StageAddress } from '../../core/stage.ts';
import { undeclaredBy } from './undeclared.ts';
import { asIoError } from '../../fs/errno.ts';
import { restoreStage } from './restore-stage.ts';
import { runStage } from './run-stage.ts';
import { failureReport, type ReproSession } from './session.ts';
import { msSince } from '../ms-since.ts';
import { storeLackingOuts } from './store-lacking.ts';

/** Brings one stage up to date when it is its turn: looks again, then skips, restores or runs it. */
export class StageRunner {
  readonly #session: ReproSession;
  readonly #initial: ReadonlyMap<StageAddress, StagePlan>;
  /** What became of each stage so far; a finished stage counts as unchanged for those after it. */
  readonly #plans = new Map<StageAddress, StagePlan>();
  readonly #ran = new Set<StageAddress>();
  readonly #modulesDue: Set<StageAddress>;

  constructor(session: ReproSession, plans: readonly StagePlan[]) {
    this.#session = session;
    this.#initial = new Map(plans.map((plan) => [plan.stage.address, plan]));
    const due = plans.filter((plan) => plan.state === 'run' && plan.stage.action.kind === 'module');
    this.#modulesDue = new Set(due.map((plan) => plan.stage.address));
  }

  /** `free`: called where a command or module ran, once its outs are stored; then only the recording of it is left. */
  async reproduce(stage: Stage, free: () => void): Promise<StageReport> {
    const startedMs = performance.now();
    let reasons: readonly Reason[] = [];
    try {
      const decision = await this.#decide(stage);
      ({ reasons } = decision);
      this.#modulesDue.delete(stage.address);
      if (decision.state === 'unchanged') return await this.#unchanged(decision);
      if (decision.state === 'restore') return (await this.#restored(decision, startedMs)) ?? (await this.#run(decision, free));
      if (decision.state === 'run') return await this.#run(decision, free);
      throwUndeclared(decision);
      return blocked(decision);
    } catch (caught) {
      const error = asIoError(caught, `work on stage '${stage.address}' at`, (caught as NodeJS.ErrnoException).path ?? stage.wdir);
      if (!(error instanceof MloError)) throw error;
      this.#modulesDue.delete(stage.address);
      return failureReport(this.#session, { name: stage.address, reasons }, error, startedMs);
    }
  }

  /** After a failure that is ignored, dependants go by what lies in the workspace. */
  ignoreFailure(stage: Stage): void {
    this.#plans.set(stage.address, { stage, state: 'unchanged', reasons: [] });
  }

  async #decide(stage: Stage): Promise<StagePlan> {
    const { prepared } = this.#session;
    const first = this.#initial.get(stage.address);
    const upstream = prepared.graph.upstream.get(stage.address) ?? [];
    if (first?.state === 'unchanged' && upstream.every((address) => this.#initial.get(address)?.state === 'unchanged')) return first;
    await prepared.workspace.refresh(stage);
    await prepared.reloadParams(stage);
    // What ran counts as unchanged in the plans by now, so --force-downstream has to look here.
    const forced = this.#session.options.forceDownstream && upstream.some((address) => this.#ran.has(address));
    const request = { ...prepared.request, forced: () => forced };
    const { source } = this.#session;
    return source === undefined ? planStage(stage, this.#plans, request) : await source.planStage(stage, this.#plans, request);
  }

  async #unchanged(decision: StagePlan): Promise<StageReport> {
    const { batches, prepared } = this.#session;
    const { stage, entry } = decision;
    this.#plans.set(stage.address, decision);
    const isStored = await storeLackingOuts(this.#session, decision);
    const isNews = isStored || prepared.locks.entries.get(stage.address) !== entry || prepared.journal.unfinished.has(stage.address);
    if (entry !== undefined && isNews) batches.finished(stage, entry);
    return this.#linked(decision, 'unchanged', 0);
  }

  async #restored(decision: StagePlan, startedMs: number): Promise<StageReport | undefined> {
    const { stage, entry } = decision;
    if (entry === undefined) throw new Error(`restore of '${stage.address}' without an entry`);
    if (!(await restoreStage(this.#session, stage, entry))) return undefined;
    this.#finish(stage, entry);
    this.#session.batches.finished(stage, entry);
    return this.#linked(decision, 'restored', msSince(startedMs));
  }

  async #run(decision: StagePlan, free: () => void): Promise<StageReport> {
    const { stage, reasons } = decision;
    const { graph, request } = this.#session.prepared;
    const { declared, pending } = stageFacts(stage, graph, this.#plans, request.observation);
    if (declared === undefined) return blocked({ ...decision, reasons: pending });
    const params = request.observation.params(stage);
    const warmNext = this.#modulesDue.size > 0;
    const { report, entry } = await runStage(this.#session, { stage, reasons, declared, params, warmNext, free });
    if (entry !== undefined) {
      this.#finish(stage, entry);
      this.#ran.add(stage.address);
    }
    return report;
  }

  /** From now on, stages after this one see what it has just written. */
  #finish(stage: Stage, entry: LockEntry): void {
    this.#plans.set(stage.address, { stage, state: 'unchanged', reasons: [], entry });
  }

  /** A stage that did not execute is recorded with the run that made its outs. */
  #linked({ stage, reasons, from }: StagePlan, outcome: 'unchanged' | 'restored', durationMs: number): StageReport {
    this.#session.recorder.link({ stage: stage.address, outcome, ...(from === undefined ? {} : { producerRunId: from.runId }) });
    return {
      name: stage.address,
      outcome,
      reasons,
      durationMs,
      ...(from === undefined ? {} : { savedMs: from.durationMs, runId: from.runId }),
    };
  }
}

/** It fails as it would if it ran, and its outs stay where they are. */
function throwUndeclared(decision: StagePlan): void {
  const undeclared = undeclaredIn(decision);
  if (undeclared.length > 0) throw undeclaredBy(decision.stage, undeclared);
}

function blocked({ stage, reasons }: StagePlan): StageReport {
  return { name: stage.address, outcome: 'blocked', reasons, durationMs: 0 };
}
