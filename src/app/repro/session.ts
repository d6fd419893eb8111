import type { MloError, Problem } from '../../core/errors/mlo-error.ts';
import type { StageReport } from '../../core/events.ts';
import type { Stage } from '../../core/stage.ts';
import type { Spawner } from '../../runtime/shell/spawner.ts';
import type { Prepared } from '../prepare-plan.ts';
import type { Project } from '../project.ts';
import type { ReproOptions } from '../types.ts';
import type { BatchWriter } from './batch-writer.ts';
import type { ReproJournal } from './journal.ts';
import type { PrepareOuts } from './prepare-outs.ts';
import type { RemoteSource } from './remote-source.ts';
import type { RunRecorder } from './run-recorder.ts';
import type { StageEvents } from './stage-events.ts';
import { msSince } from '../ms-since.ts';

/** What all stages of one repro share. */
export interface ReproSession {
  readonly project: Project;
  readonly prepared: Prepared;
  readonly options: ReproOptions;
  readonly journal: ReproJournal;
  readonly batches: BatchWriter;
  readonly recorder: RunRecorder;
  readonly events: StageEvents;
  /** With --pull. */
  readonly source?: RemoteSource;
  readonly spawner: () => Promise<Spawner>;
}

export function outsOf({ project, prepared }: ReproSession, stage: Stage): PrepareOuts {
  const { unfinished, made } = prepared.journal;
  return {
    project,
    cache: prepared.cache,
    workspace: prepared.workspace,
    stage,
    locked: prepared.locks.entries.get(stage.address),
    leftovers: unfinished.has(stage.address) ? (unfinished.get(stage.address) ?? 'any') : made.get(stage.address),
  };
}

/** After Ctrl-C every failure is the interruption. */
export function failureReport(
  { project }: ReproSession,
  base: Pick<StageReport, 'name' | 'reasons' | 'runId'>,
  error: MloError,
  startedMs: number,
): StageReport {
  const { code, hint, details } = error;
  const message = messageWithPlaces(error);
  return {
    ...base,
    outcome: project.ctx.signal.aborted ? 'cancelled' : 'failed',
    durationMs: msSince(startedMs),
    error: { code, message, ...(hint === undefined ? {} : { hint }), ...(Object.keys(details).length === 0 ? {} : { details }) },
  };
}

/** Of what is wrong with the pipeline, a report has only the text. */
function messageWithPlaces({ message, problems }: MloError): string {
  const placed = problems.filter(({ file }) => file !== undefined);
  const [first] = placed;
  if (first === undefined) return message;
  if (placed.length === 1) return `${message} (${placeOf(first)})`;
  return [message, ...placed.map((problem) => `${placeOf(problem)}: ${problem.message}`)].join('\n');
}

function placeOf({ file, line, column }: Problem): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}
