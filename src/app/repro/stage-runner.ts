import type { Digest } from '../../core/content.ts';
import type { StageReport } from '../../core/events.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isRestorable, runCacheKey } from '../../core/fingerprint.ts';
import { stageFacts } from '../../core/plan/facts.ts';
import { planStage } from '../../core/plan/plan.ts';
import { fromLocked, type LockEntry } from '../../core/lock/types.ts';
import type { StagePlan } from '../../core/plan/types.ts';
import type { RunId } from '../../core/run.ts';
import type { Stage, StageAddress } from '../../core/stage.ts';
import { asIoError } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import type { Spawner } from '../../runtime/shell/spawner.ts';
import { absolutePath } from '../paths.ts';
import type { Prepared } from '../prepare-plan.ts';
import type { Project } from '../project.ts';
import type { ReproOptions } from '../types.ts';
import type { BatchWriter } from './batch-writer.ts';
import { checkDepsUnchanged, collectOuts } from './collect-outs.ts';
import { commandText, executeAction } from './execute-action.ts';
import type { Leftovers, ReproJournal } from './journal.ts';
import { readMetrics } from './metric-files.ts';
import { removeOldOuts, saveUnknownBytes, type PrepareOuts } from './prepare-outs.ts';
import type { RunRecorder } from './run-recorder.ts';

export interface RunnerParts {
  readonly project: Project;
  readonly prepared: Prepared;
  readonly options: ReproOptions;
  readonly journal: ReproJournal;
  readonly batches: BatchWriter;
  readonly recorder: RunRecorder;
  readonly spawner: () => Promise<Spawner>;
}

/** Brings one stage up to date when it is its turn: looks again, then skips, restores or runs it. */
export class StageRunner {
  readonly #parts: RunnerParts;
  /** What became of each stage so far; a finished stage counts as unchanged for those after it. */
  readonly #plans: Map<StageAddress, StagePlan>;
  readonly #initial: ReadonlyMap<StageAddress, StagePlan>;
  readonly #modulesDue: Set<StageAddress>;

  constructor(parts: RunnerParts, plans: readonly StagePlan[]) {
    this.#parts = parts;
    this.#initial = new Map(plans.map((plan) => [plan.stage.address, plan]));
    this.#plans = new Map();
    const due = plans.filter((plan) => plan.state === 'run' && plan.stage.action.kind === 'module');
    this.#modulesDue = new Set(due.map((plan) => plan.stage.address));
  }

  async reproduce(stage: Stage): Promise<StageReport> {
    const startedMs = performance.now();
    const decision = await this.#decide(stage);
    const base = { name: stage.address, reasons: decision.reasons };
    const saved = decision.from === undefined ? {} : { savedMs: decision.from.durationMs, runId: decision.from.runId };
    try {
      if (decision.state === 'unchanged') return this.#unchanged(decision, { ...base, outcome: 'unchanged', durationMs: 0, ...saved });
      if (decision.state === 'blocked') return { ...base, outcome: 'blocked', durationMs: 0 };
      if (decision.state === 'restore' && (await this.#restore(decision))) {
        return { ...base, outcome: 'restored', durationMs: performance.now() - startedMs, ...saved };
      }
      return await this.#run(stage, decision, startedMs);
    } catch (caught) {
      const error = asIoError(caught, 'work on', stage.address);
      if (!(error instanceof MloError)) throw error;
      return this.#failed(base, error, startedMs);
    }
  }

  /** After a failure that is ignored, dependants go by what lies in the workspace. */
  ignoreFailure(stage: Stage): void {
    this.#plans.set(stage.address, { stage, state: 'unchanged', reasons: [] });
  }

  async #decide(stage: Stage): Promise<StagePlan> {
    const { prepared } = this.#parts;
    const first = this.#initial.get(stage.address);
    const settled =
      prepared.graph.upstream.get(stage.address)?.every((address) => this.#initial.get(address)?.state === 'unchanged') ?? true;
    if (first?.state === 'unchanged' && settled) return first;
    await prepared.workspace.refresh(stage);
    await prepared.reloadParams(stage);
    return planStage(stage, this.#plans, { ...prepared.request, ...this.#forceAfterRuns() });
  }

  #unchanged(decision: StagePlan, report: StageReport): StageReport {
    const { batches, recorder, prepared } = this.#parts;
    const { stage, entry } = decision;
    this.#plans.set(stage.address, decision);
    if (entry !== undefined && prepared.locks.entries.get(stage.address) !== entry) batches.finished(stage, entry);
    recorder.link({
      stage: stage.address,
      outcome: 'unchanged',
      ...(decision.from === undefined ? {} : { producerRunId: decision.from.runId }),
    });
    return report;
  }

  /** false: an object was missing or broken after all; the stage must run. */
  async #restore(decision: StagePlan): Promise<boolean> {
    const { project, prepared, batches, recorder } = this.#parts;
    const { stage, entry } = decision;
    if (entry === undefined) throw new Error(`restore of '${stage.address}' without an entry`);
    await recorder.begin();
    try {
      for (const out of stage.outs) {
        const locked = entry.outs?.[out.path];
        if (locked === undefined) throw new Error(`restore of '${stage.address}' without out '${out.path}'`);
        await saveUnknownBytes(this.#outsRequest(stage), out);
        await prepared.cache.checkout(fromLocked(locked), absolutePath(project.root, out.path), { link: project.config.link, force: true });
        prepared.workspace.contents.set(out.path, fromLocked(locked));
      }
    } catch (error) {
      if (!(error instanceof MloError) || (error.code !== 'MLO_OBJECT_MISSING' && error.code !== 'MLO_OBJECT_CORRUPT')) throw error;
      project.ctx.emit({ type: 'warning', message: `Stage '${stage.address}' cannot be restored and runs instead: ${error.message}` });
      await prepared.workspace.refresh(stage);
      return false;
    }
    this.#finish(stage, entry);
    batches.finished(stage, entry);
    recorder.link({
      stage: stage.address,
      outcome: 'restored',
      ...(decision.from === undefined ? {} : { producerRunId: decision.from.runId }),
    });
    return true;
  }

  async #run(stage: Stage, decision: StagePlan, startedMs: number): Promise<StageReport> {
    const { project, prepared, options, recorder, journal, batches } = this.#parts;
    const { declared, pending } = stageFacts(stage, prepared.graph, this.#plans, prepared.request.observation);
    if (declared === undefined) return { name: stage.address, outcome: 'blocked', reasons: pending, durationMs: 0 };
    const params = prepared.request.observation.params(stage);
    const parentRunId = await recorder.begin();
    const runId = await recorder.startStage(stage, commandText(stage), params);
    const startedAt = Date.now();
    project.ctx.emit({ type: 'stage-start', stage: stage.address, runId, command: commandText(stage), reasons: decision.reasons });
    const base = { name: stage.address, reasons: decision.reasons, runId };
    let started = false;
    try {
      await removeOldOuts(this.#outsRequest(stage));
      journal.start(stage.address);
      started = true;
      const pendingRecords: Promise<void>[] = [];
      const result = await executeAction({
        project,
        stage,
        params,
        runId,
        parentRunId,
        timeoutMs: stage.timeoutMs ?? options.timeoutMs,
        strict: options.strict,
        warmNext: this.#isAnotherModuleDue(stage),
        spawner: this.#parts.spawner,
        onRecords: (records) => pendingRecords.push(recorder.records(records)),
      });
      await Promise.all(pendingRecords);
      recorder.tags(runId, result.tags);
      if (result.error !== undefined) throw result.error;
      await checkDepsUnchanged(stage, prepared.workspace);
      const outs = await collectOuts(project, prepared.cache, prepared.workspace, stage, options.commit);
      const entry: LockEntry = { ...declared, ...result.discovered, outs };
      const durationMs = performance.now() - startedMs;
      if (options.commit && isRestorable(stage)) {
        prepared.cache.runs.add(runCacheKey(stage, declared, hashBytes), {
          schema: 1,
          record: { ...declared, ...result.discovered },
          outs,
          run: { id: runId, startedMs: startedAt, durationMs },
        });
      }
      this.#finish(stage, entry);
      batches.finished(stage, entry);
      await this.#recordOuts(stage, entry, runId);
      recorder.finishStage(runId, { status: 'FINISHED' });
      return { ...base, outcome: 'ran', durationMs };
    } catch (caught) {
      const error = asIoError(caught, 'work on', stage.address);
      if (!(error instanceof MloError)) throw error;
      if (started) journal.failed(stage.address, await this.#leftovers(stage));
      const cancelled = project.ctx.signal.aborted;
      recorder.finishStage(runId, { status: cancelled ? 'KILLED' : 'FAILED', reason: cancelled ? 'interrupted' : error.message });
      return this.#failed(base, error, startedMs);
    }
  }

  #failed(base: Pick<StageReport, 'name' | 'reasons' | 'runId'>, error: MloError, startedMs: number): StageReport {
    const outcome = this.#parts.project.ctx.signal.aborted ? 'cancelled' : 'failed';
    return {
      ...base,
      outcome,
      durationMs: performance.now() - startedMs,
      error: { code: error.code, message: error.message, ...errorExtras(error) },
    };
  }

  #isAnotherModuleDue(stage: Stage): boolean {
    this.#modulesDue.delete(stage.address);
    return this.#modulesDue.size > 0;
  }

  /** From now on, stages after this one see what it has just written. */
  #finish(stage: Stage, entry: LockEntry): void {
    this.#plans.set(stage.address, { stage, state: 'unchanged', reasons: [], entry });
  }

  async #recordOuts(stage: Stage, entry: LockEntry, runId: RunId): Promise<void> {
    const { project, recorder } = this.#parts;
    for (const out of stage.outs) {
      const locked = entry.outs?.[out.path];
      if (locked !== undefined) recorder.artifact(runId, out.path, fromLocked(locked));
    }
    const metrics = await readMetrics(project.root, stage, project.ctx.emit);
    if (metrics.size > 0) recorder.metrics(runId, metrics);
  }

  async #leftovers(stage: Stage): Promise<Leftovers> {
    const found: Record<string, Digest> = {};
    for (const out of stage.outs) {
      const content = out.persist ? undefined : await this.#parts.prepared.workspace.look(out.path);
      if (content !== undefined) found[out.path] = content.digest;
    }
    return found;
  }

  #outsRequest(stage: Stage): PrepareOuts {
    const { project, prepared } = this.#parts;
    const { unfinished } = prepared.journal;
    return {
      project,
      cache: prepared.cache,
      workspace: prepared.workspace,
      stage,
      locked: prepared.locks.entries.get(stage.address),
      leftovers: unfinished.has(stage.address) ? (unfinished.get(stage.address) ?? 'any') : undefined,
    };
  }

  /** --force-downstream looks at what really ran, which for finished stages is no longer in the plans. */
  #forceAfterRuns(): object {
    const { prepared, options } = this.#parts;
    if (!options.forceDownstream) return {};
    return { forced: (stage: Stage) => (prepared.graph.upstream.get(stage.address) ?? []).some((address) => this.#ranNow.has(address)) };
  }

  readonly #ranNow = new Set<StageAddress>();

  noteOutcome(report: StageReport): void {
    if (report.outcome === 'ran') this.#ranNow.add(report.name);
  }
}

function errorExtras(error: MloError): { hint?: string; details?: { readonly [key: string]: unknown } } {
  return {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(Object.keys(error.details).length === 0 ? {} : { details: error.details }),
  };
}
