import { plan } from '../core/plan/plan.ts';
import type { StagePlan } from '../core/plan/types.ts';
import { readLock } from '../fs/project-lock.ts';
import { preparePlan } from './prepare-plan.ts';
import { listPointers, pointerState } from './pointers.ts';
import { withProject, type Project } from './project.ts';
import type { AppContext, StageStatus, StatusData, StatusOptions } from './types.ts';

/** What repro would do, and why; never waits for a writer. */
export async function status(ctx: AppContext, options: StatusOptions): Promise<StatusData> {
  return await withProject(ctx, async (project) => {
    const prepared = await preparePlan(project, { ...options, need: 'nothing' });
    const stages = plan(prepared.request).map(toStatus);
    const data = options.targets.length > 0 ? [] : await dataStates(project);
    const busy = readLock(project.lockPath);
    return {
      upToDate: stages.every((stage) => stage.state === 'unchanged') && data.every((entry) => entry.state === 'unchanged'),
      stages,
      data,
      ...(busy === undefined ? {} : { busy: { pid: busy.pid, host: busy.host, command: busy.command, sinceMs: Date.parse(busy.since) } }),
    };
  });
}

export function toStatus(each: StagePlan): StageStatus {
  return {
    name: each.stage.address,
    state: each.state,
    reasons: each.reasons,
    ...(each.stage.frozen ? { frozen: true } : {}),
    ...(each.from === undefined ? {} : { lastMs: each.from.durationMs }),
  };
}

async function dataStates(project: Project): Promise<StatusData['data']> {
  const cache = await project.cache();
  const states: StatusData['data'][number][] = [];
  for (const pointer of listPointers(project)) states.push({ path: pointer.path, state: await pointerState(project.root, cache, pointer) });
  return states;
}
