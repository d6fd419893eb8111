import { relative } from 'node:path';
import { own } from '../core/own.ts';
import { plan } from '../core/plan/plan.ts';
import type { StageAddress } from '../core/stage.ts';
import type { StagePlan } from '../core/plan/types.ts';
import { sameContent } from '../core/content.ts';
import { fromLocked } from '../core/lock/types.ts';
import { readLock } from '../fs/project-lock.ts';
import { trace } from '../fs/trace.ts';
import { absolutePath } from './paths.ts';
import { preparePlan, type Prepared } from './prepare-plan.ts';
import { readPointers, splitTargets, warnOfStrays, type BrokenPointer, type Pointer, type SplitTargets } from './pointers.ts';
import { withProject, type Project } from './project.ts';
import type { JournalState } from './repro/journal.ts';
import type { Workspace } from './workspace.ts';
import { dataStatus, isBadPath } from './tracked/data-status.ts';
import { partOf } from './tracked/part-of.ts';
import type { TrackedContent } from './tracked/tracked-state.ts';
import type { AppContext, DataStatus, StageStatus, StatusData, StatusOptions } from './types.ts';

/** What repro would do, and why, and how tracked data differs from its pointers; never waits for a writer. */
export async function status(ctx: AppContext, options: StatusOptions): Promise<StatusData> {
  return await withProject(ctx, async (project) => {
    const { granular = false } = options;
    const writer = readLock(project.lockPath);
    const files = readPointers(project);
    warnOfStrays(project, files.strays);
    const { pointers, parts, others, broken } = splitTargets(project, options.targets, files);
    const onlyData = options.targets.length > 0 && others.length === 0;
    const unreadable = new Map<string, string>();
    const isPassed = (path: string, error: unknown): boolean => {
      if (!isBadPath(error, project, path)) return false;
      unreadable.set(path, error.message);
      return true;
    };
    const prepared = onlyData ? undefined : await preparePlan(project, { ...options, targets: others, need: 'nothing', isPassed });
    for (const message of new Set(unreadable.values())) ctx.emit({ type: 'warning', message });
    const busy = readLock(project.lockPath);
    const isAtWork = (writer ?? busy) !== undefined;
    const stages =
      prepared === undefined ? [] : trace('plan', () => plan(prepared.request)).map((each) => toStatus(each, prepared.journal, isAtWork));
    const outs = prepared === undefined ? [] : await outStates(project, prepared, granular, unreadable);
    const tracked = [...pointers.map(asTracked), ...(await partsOf(project, parts))];
    const known = await trace('data', () => dataStates(project, tracked, granular, prepared?.workspace));
    const data = [...known, ...broken.map(brokenStatus)];
    const elsewhere =
      stages.length > 0 || options.targets.length > 0 || options.file !== undefined ? [] : filesWithStages(project, prepared);
    return {
      upToDate: stages.every((stage) => stage.state === 'unchanged') && data.every((entry) => entry.state === 'unchanged'),
      stages,
      data,
      outs,
      ...(elsewhere.length === 0 ? {} : { elsewhere }),
      ...(busy === undefined ? {} : { busy: { pid: busy.pid, host: busy.host, command: busy.command, sinceMs: Date.parse(busy.since) } }),
    };
  });
}

function filesWithStages({ root, ctx }: Project, prepared: Prepared | undefined): readonly string[] {
  const files = new Set(prepared?.loaded.pipeline.stages.map(({ file }) => file));
  return [...files].map((file) => relative(ctx.cwd, absolutePath(root, file)));
}

/** `isAtWork`: another command is writing, and what has begun may be going on. */
export function toStatus(each: StagePlan, journal: JournalState, isAtWork = false): StageStatus {
  const { address } = each.stage;
  const last = lastAttempt(journal, address);
  const before = last === 'cut-short' && isAtWork ? undefined : last;
  return {
    name: address,
    state: each.state,
    reasons:
      before === undefined ? each.reasons : each.reasons.map((reason) => (reason.kind === 'new' ? { kind: before, key: address } : reason)),
    ...(each.stage.frozen ? { frozen: true } : {}),
    ...(each.from === undefined ? {} : { lastMs: each.from.durationMs }),
  };
}

/** How it ended, where it is a reason to look into the log. */
function lastAttempt({ unfinished, interrupted }: JournalState, stage: StageAddress): 'failed-before' | 'cut-short' | undefined {
  if (!unfinished.has(stage) || interrupted.has(stage)) return undefined;
  return unfinished.get(stage) === undefined ? 'cut-short' : 'failed-before';
}

/** What stages read was looked at for the plan. */
async function dataStates(
  project: Project,
  tracked: readonly TrackedContent[],
  granular: boolean,
  workspace: Workspace | undefined,
): Promise<readonly DataStatus[]> {
  const states: DataStatus[] = [];
  for (const each of tracked) {
    const known = workspace?.seen(each.path);
    states.push(await dataStatus(project, each, { granular, ...(known === undefined ? {} : { known }) }));
  }
  return states;
}

function brokenStatus({ path, error: { message, hint } }: BrokenPointer): DataStatus {
  return { path, state: 'broken-pointer', message, ...(hint === undefined ? {} : { hint }) };
}

function asTracked({ path, content }: Pointer): TrackedContent {
  return { path, content, isOut: false };
}

/** Throws MLO_TARGET where an added folder has no such path. */
async function partsOf(project: Project, parts: SplitTargets['parts']): Promise<readonly TrackedContent[]> {
  const found: TrackedContent[] = [];
  for (const { pointer, path } of parts) found.push(await partOf(project, asTracked(pointer), path));
  return found;
}

/** The plan has looked at every out; only those that differ are looked into. */
async function outStates(
  project: Project,
  prepared: Prepared,
  granular: boolean,
  unreadable: ReadonlyMap<string, string>,
): Promise<StatusData['outs']> {
  const states: StatusData['outs'][number][] = [];
  for (const stage of prepared.stages) {
    for (const { path, cache } of stage.outs) {
      const locked = own(prepared.locks.entries.get(stage.address)?.outs, path);
      if (locked === undefined || !cache) continue;
      const content = fromLocked(locked);
      const now = prepared.workspace.outs.get(path);
      if (sameContent(now, content)) continue;
      const state = await dataStatus(
        project,
        { path, content, isOut: true },
        {
          granular,
          ...(unreadable.has(path) ? {} : { known: { content: now } }),
        },
      );
      states.push({ ...state, stage: stage.address });
    }
  }
  return states;
}
