import type { Cache } from '../../cache/types.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { RunDetail } from '../../tracking/types.ts';
import type { Project } from '../project.ts';
import { readTracking } from '../read-tracking.ts';
import { findArtifacts, type Artifact } from './find-artifact.ts';

/** What lies at a path of a run. Throws MLO_TARGET, whose hint names the run below it, or the earlier one, that has it; MLO_OBJECT_MISSING. */
export async function artifactsAt(project: Project, cache: Cache, run: RunDetail, path: string): Promise<readonly Artifact[]> {
  try {
    return findArtifacts(cache, run, path);
  } catch (error) {
    if (!(error instanceof MloError) || error.code !== 'MLO_TARGET') throw error;
    const holder = (await relatives(project, run)).find((each) => has(each, path));
    if (holder === undefined) throw error;
    throw new MloError(error.code, error.message, {
      hint: `The run ${holder.id.slice(0, 8)} (${holder.name}) has it`,
      details: { ...error.details, holder: holder.id },
    });
  }
}

/** The runs of its stages: those below it, and those that made what it took over. */
async function relatives(project: Project, run: RunDetail): Promise<readonly RunDetail[]> {
  const producers = run.links.flatMap(({ producerRunId }) => producerRunId ?? []);
  return await readTracking(project, (tracking) => [...withBelow(run.children), ...producers.map((id) => tracking.get(id))]);
}

function withBelow(runs: readonly RunDetail[]): readonly RunDetail[] {
  return runs.flatMap((run) => [run, ...withBelow(run.children)]);
}

function has(run: RunDetail, typed: string): boolean {
  const path = typed.replace(/\/+$/, '');
  return run.artifacts.some(
    (artifact) => artifact.path === path || (artifact.content.kind === 'tree' && path.startsWith(`${artifact.path}/`)),
  );
}
