import type { RunId } from '../../core/run.ts';
import type { ArtifactName } from '../../runtime/api/artifact-names.ts';
import type { RunDetail, Tracking } from '../../tracking/types.ts';
import { findRun } from '../runs/find-run.ts';

/** mlo commits the start of a run together with other writes; whoever it starts may be there first, milliseconds. */
const PATIENCE_MS = 5000;
const LOOK_EVERY_MS = 10;

/** The run that mlo, or a script, has just started for this process. @throws MLO_RUN_UNKNOWN */
export async function waitForRun(tracking: Pick<Tracking, 'get'>, id: RunId): Promise<RunDetail> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const run = performance.now() > deadline ? tracking.get(id) : findRun(tracking, id);
    if (run !== undefined) return run;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** The step of the next point of a metric that is logged without one. */
export function stepAfter({ metrics }: Pick<RunDetail, 'metrics'>, name: string): number {
  return (metrics[name]?.step ?? -1) + 1;
}

export function artifactNames({ artifacts }: Pick<RunDetail, 'artifacts'>): readonly ArtifactName[] {
  return artifacts.map(({ path, content }) => ({ name: path, isFile: content.kind !== 'tree' }));
}
