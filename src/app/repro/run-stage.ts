import type { RunCacheEntry } from '../../cache/types.ts';
import type { Digest } from '../../core/content.ts';
import type { ErrorCode } from '../../core/errors/catalogue.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { StageReport } from '../../core/events.ts';
import { isRestorable, runCacheKey, type StageParams } from '../../core/fingerprint.ts';
import { fromLocked, type FingerprintRecord, type LockEntry } from '../../core/lock/types.ts';
import { own } from '../../core/own.ts';
import type { Reason } from '../../core/plan/types.ts';
import { importedOuts } from '../../core/plan/judge.ts';
import { NOT_PUSHED_TAG, notPushedTag } from '../../core/not-pushed.ts';
import { shorterMs } from '../../core/pipeline/duration.ts';
import type { RunId } from '../../core/run.ts';
import type { Stage } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
import { asIoError } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import { inputOf, type RunInput } from '../../tracking/inputs/inputs.ts';
import { checkInputsUnchanged, collectOuts } from './collect-outs.ts';
import { commandText, executeAction, type ActionResult } from './execute-action.ts';
import type { Leftovers } from './journal.ts';
import { readMetrics } from './metric-files.ts';
import { removeOldOuts } from './prepare-outs.ts';
import { failureReport, outsOf, type ReproSession } from './session.ts';
import { msSince } from '../ms-since.ts';
import { undeclaredBy } from './undeclared.ts';

export interface StageToRun {
  readonly stage: Stage;
  readonly reasons: readonly Reason[];
  readonly declared: FingerprintRecord;
  readonly params: StageParams;
  readonly warmNext: boolean;
  /** Lets other stages start; called at most once. */
  readonly free: () => void;
}

export interface StageRan {
  readonly report: StageReport;
  /** Absent where it failed. */
  readonly entry?: LockEntry;
}

/** What another attempt may mend. An interruption is none of these, nor is what is wrong with the pipeline or with a module. */
const WORTH_A_RETRY: readonly string[] = ['MLO_STAGE_FAILED', 'MLO_STAGE_TIMEOUT'] satisfies ErrorCode[];

/** As often as the stage's `retries` allow; each attempt is a run with a log of its own. */
export async function runStage(session: ReproSession, request: StageToRun): Promise<StageRan> {
  const { ctx } = session.project;
  const attempts = 1 + (request.stage.retries ?? 0);
  const startedMs = performance.now();
  let leftovers: Leftovers | undefined;
  for (let number = 1; ; number += 1) {
    const { ran, left } = await attemptStage(session, request, { number, leftovers });
    const { report } = ran;
    const isOver = report.error === undefined || !WORTH_A_RETRY.includes(report.error.code) || number >= attempts || ctx.signal.aborted;
    if (isOver && number === 1) return ran;
    if (isOver) return { ...ran, report: { ...report, attempts: number, durationMs: msSince(startedMs) } };
    ctx.emit({ type: 'note', message: nextAttempt(report, number, attempts) });
    leftovers = left;
  }
}

function nextAttempt({ name, runId = '', error }: StageReport, number: number, attempts: number): string {
  const why = error?.message.split('\n')[0] ?? '';
  return `${why} (attempt ${number} of ${attempts}, trying again; its output: mlo logs ${shellWord(name)} --run ${runId.slice(0, 8)})`;
}

interface Attempt {
  /** From 1. */
  readonly number: number;
  /** What the attempt before it left in the outs. */
  readonly leftovers: Leftovers | undefined;
}

/** Old outs away → command or module → deps as before? → outs into the store → others may start → run-cache → journal → run finished. */
async function attemptStage(
  session: ReproSession,
  request: StageToRun,
  attempt: Attempt,
): Promise<{ readonly ran: StageRan; readonly left?: Leftovers }> {
  const { project, prepared, recorder, journal, batches, events } = session;
  const { stage, reasons } = request;
  const startedMs = performance.now();
  const parentRunId = await recorder.begin();
  const runId = await recorder.startStage(stage, commandText(stage), request.params);
  if (attempt.number > 1) recorder.tags(runId, { 'mlo.attempt': String(attempt.number) });
  const notPushed = notPushedTag(stage.outs);
  if (notPushed !== undefined) recorder.tags(runId, { [NOT_PUSHED_TAG]: notPushed });
  recorder.inputs(runId, inputsOf(stage, request.declared));
  const base = { name: stage.address, reasons, runId };
  events.start({ type: 'stage-start', stage: stage.address, runId, command: commandText(stage), reasons });
  let started = false;
  try {
    const { leftovers } = attempt;
    await removeOldOuts({ ...outsOf(session, stage), ...(leftovers === undefined ? {} : { leftovers }) });
    journal.start(stage.address);
    started = true;
    const { discovered, undeclared, backend } = await execute(session, request, runId, parentRunId);
    const imported = importedOuts(stage, discovered, prepared.graph);
    if (imported.length > 0) throw undeclaredBy(stage, imported);
    await checkInputsUnchanged(stage, request.declared, prepared);
    const outs = await collectOuts(project, prepared.cache, prepared.workspace, stage, session.options.commit);
    const durationMs = msSince(startedMs);
    await letOthersStart(session, request);
    const entry: LockEntry = { ...request.declared, ...discovered, outs };
    const run = { id: runId, startedMs: Date.now() - durationMs, durationMs };
    rememberRun(session, request, entry, undeclared === undefined ? { run } : { run, undeclared });
    batches.finished(stage, entry);
    await recordOuts(session, stage, entry, runId);
    recorder.finishStage(runId, { status: 'FINISHED' });
    return { ran: { report: { ...base, outcome: 'ran', durationMs, ...(backend === undefined ? {} : { backend }) }, entry } };
  } catch (caught) {
    const error = asIoError(caught, `work on stage '${stage.address}' at`, (caught as NodeJS.ErrnoException).path ?? stage.wdir);
    if (!(error instanceof MloError)) throw error;
    const cancelled = project.ctx.signal.aborted;
    const left = started ? await leftoversOf(session, stage) : undefined;
    if (left !== undefined) journal.failed(stage.address, left, cancelled);
    recorder.finishStage(runId, { status: cancelled ? 'KILLED' : 'FAILED', reason: cancelled ? 'interrupted' : error.message });
    return { ran: { report: failureReport(session, base, error, startedMs) }, ...(left === undefined ? {} : { left }) };
  }
}

/** All that a stage may do wrong is known by now, and what it wrote is stored: no later command can be mistaken for this one. */
async function letOthersStart({ events }: ReproSession, { stage, free }: StageToRun): Promise<void> {
  events.recording(stage.address);
  free();
  // The next command is on its way before this thread is busy with the books.
  await new Promise(setImmediate);
}

async function execute(session: ReproSession, request: StageToRun, runId: RunId, parentRunId: RunId): Promise<ActionResult> {
  const { project, options, recorder } = session;
  const records = recorder.records();
  const commandEnds = session.prepared.workspace.commandStarts();
  const result = await executeAction({
    project,
    stage: request.stage,
    params: request.params,
    runId,
    parentRunId,
    timeoutMs: shorterMs(request.stage.timeoutMs, options.timeoutMs),
    strict: options.strict,
    warmNext: request.warmNext,
    sideBySide: runsSideBySide(session),
    spawner: session.spawner,
    say: (event) => session.events.say(event),
    onRecords: (more) => records.add(more),
    onCommand: (pid) => recorder.atWork(runId, pid),
  }).finally(commandEnds);
  recorder.tags(runId, result.tags);
  if (result.error !== undefined) throw result.error;
  await records.end();
  return result;
}

function runsSideBySide({ options, prepared }: ReproSession): boolean {
  return options.jobs > 1 && prepared.stages.filter((stage) => stage.action.kind === 'module').length > 1;
}

/** Any state that was seen once can be brought back, wherever it is safe to. */
function rememberRun(
  { prepared, options }: ReproSession,
  { stage, declared }: StageToRun,
  entry: LockEntry,
  from: Pick<RunCacheEntry, 'run' | 'undeclared'>,
): void {
  if (!options.commit || !isRestorable(stage)) return;
  const { outs = {}, ...record } = entry;
  prepared.cache.runs.add(runCacheKey(stage, declared, hashBytes), { schema: 1, record, outs, ...from });
}

/** Deps by digest, as the stage finds them. */
function inputsOf(stage: Stage, { deps = {} }: FingerprintRecord): readonly RunInput[] {
  const names = new Map(stage.deps.map(({ path, name }) => [path, name]));
  return Object.entries(deps).map(([path, locked]) => inputOf(path, names.get(path) ?? '', fromLocked(locked)));
}

async function recordOuts({ project, recorder }: ReproSession, stage: Stage, entry: LockEntry, runId: RunId): Promise<void> {
  for (const out of stage.outs) {
    const locked = own(entry.outs, out.path);
    if (locked !== undefined) recorder.artifact(runId, out.path, fromLocked(locked));
  }
  const metrics = await readMetrics(project.root, stage, project.ctx.emit);
  if (metrics.size > 0) recorder.metrics(runId, metrics);
}

/** What lies in the outs of a failed attempt, so that exactly that may be removed by the next one. */
async function leftoversOf({ prepared }: ReproSession, stage: Stage): Promise<Leftovers> {
  const found = new Map<string, Digest>();
  for (const out of stage.outs) {
    const content = out.persist ? undefined : await prepared.workspace.lookAtOut(out.path);
    if (content !== undefined) found.set(out.path, content.digest);
  }
  return Object.fromEntries(found);
}
