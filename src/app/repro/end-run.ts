import { posix } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { StageReport } from '../../core/events.ts';
import { asIoError } from '../../fs/errno.ts';
import type { Prepared } from '../prepare-plan.ts';
import type { Project } from '../project.ts';
import type { ReproData } from '../types.ts';
import type { RunRecorder } from './run-recorder.ts';

/**
 * Closes the run of a repro, with the params files and locks that its stages went by. What stages made is stored by now: that
 * the books cannot be closed must not hide it, so that is answered instead of thrown. `fault`: what ended the repro before all stages
 * had their turn.
 */
export async function endRun(
  project: Project,
  prepared: Prepared,
  recorder: RunRecorder,
  reports: readonly StageReport[],
  fault: unknown,
): Promise<ReproData['unrecorded']> {
  try {
    recorder.finish(filesOf(prepared), endOf(reports, project.ctx.signal.aborted, fault));
    recorder.flush();
    return undefined;
  } catch (caught) {
    const error = asIoError(caught, 'record the run of', project.root);
    if (!(error instanceof MloError)) throw error;
    await project.abandonTracking();
    const { code, message, hint } = error;
    return { code, message, ...(hint === undefined ? {} : { hint }) };
  }
}

function filesOf({ loaded, stages }: Prepared): readonly string[] {
  const worked = new Set(stages.map((stage) => stage.file));
  return [
    ...new Set([
      posix.join(posix.dirname(loaded.file), 'params.yaml'),
      ...stages.flatMap((stage) => stage.params.map((spec) => spec.file)),
      ...loaded.pipeline.files.flatMap((file) => (worked.has(file.path) ? [file.lockPath] : [])),
    ]),
  ];
}

function endOf(reports: readonly StageReport[], interrupted: boolean, fault: unknown): Parameters<RunRecorder['finish']>[1] {
  if (interrupted) return { status: 'KILLED', reason: 'interrupted' };
  const failed = reports.filter((report) => report.outcome === 'failed').map((report) => report.name);
  if (failed.length > 0) return { status: 'FAILED', reason: `failed: ${failed.join(', ')}` };
  if (fault !== undefined) return { status: 'FAILED', reason: fault instanceof Error ? fault.message : 'mlo failed' };
  return { status: 'FINISHED' };
}
