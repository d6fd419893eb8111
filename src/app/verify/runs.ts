import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { RunArtifact } from '../../tracking/read-artifacts.ts';
import type { Project } from '../project.ts';
import { readTracking } from '../read-tracking.ts';
import type { Namer } from './find-uses.ts';

/** What the tracking database says of the cache, and what is wrong with it. */
export interface RecordedRuns {
  readonly runs: number;
  readonly artifacts: readonly RunArtifact[];
  /** `fix`: what helps, which is not --repair: that mends the cache alone. */
  readonly faults: readonly { readonly path: string; readonly why: string; readonly fix?: string }[];
}

/** Of the artifacts all but those at `uncached` paths: runs name outs that never were in the cache, too. */
export async function recordedRuns(project: Project, quick: boolean, uncached: ReadonlySet<string>): Promise<RecordedRuns> {
  const path = project.trackingPath;
  if (!existsSync(path)) return { runs: 0, artifacts: [], faults: [] };
  const file = relative(project.root, path);
  try {
    const { checkDatabase } = await import('../../tracking/check-database.ts');
    const { runs, problems, fix } = checkDatabase(path, { quick });
    const faults = problems.map((why) => ({ path: file, why, ...(fix === undefined ? {} : { fix }) }));
    const artifacts = await readTracking(project, (tracking) => tracking.artifacts());
    return { runs, artifacts: artifacts.filter((artifact) => !uncached.has(artifact.path)), faults };
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    return {
      runs: 0,
      artifacts: [],
      faults: [{ path: file, why: error.message, ...(error.hint === undefined ? {} : { fix: error.hint }) }],
    };
  }
}

export function runNamers(artifacts: readonly RunArtifact[]): readonly Namer[] {
  return [...Map.groupBy(artifacts, ({ run }) => run)].map(([run, names]) => ({ label: `run ${run.slice(0, 8)}`, names }));
}
