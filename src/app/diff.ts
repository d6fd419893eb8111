import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Cache, ObserveOptions } from '../cache/types.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import type { Content } from '../core/content.ts';
import { shellWord } from '../core/text/shell-word.ts';
import { diffTrees } from '../core/tree-diff/diff-trees.ts';
import type { ChangeCounts, Changes, DiffNode, UnreadTree } from '../core/tree-diff/types.ts';
import type { ProjectPath } from '../core/stage.ts';
import { toBytePath, toDisplayPath, type BytePath } from '../fs/byte-path.ts';
import { absolutePath, isAtOrBelow, projectPath } from './paths.ts';
import { byteProgress, lookProgress } from './progress.ts';
import { withProject, type Project } from './project.ts';
import { observedNode, showChanges, shownUnread, storedNode } from './tracked/diff-nodes.ts';
import { trackedState, WORKSPACE, type TrackedState } from './tracked/tracked-state.ts';
import type { AppContext } from './types.ts';

export interface DiffCommandOptions {
  /** None: HEAD and the workspace; one: it and the workspace. */
  readonly revs: readonly [old?: string | undefined, current?: string | undefined];
  /** Only what is at or below these paths. */
  readonly paths: readonly string[];
}

export interface DiffData {
  /** Revisions as typed, or `workspace`. */
  readonly old: string;
  readonly new: string;
  readonly changes: Changes;
  /** In files. */
  readonly counts: ChangeCounts;
  /** Bytes of what was added and grew, less what was deleted and shrank. */
  readonly sizeChange: number;
  /** Trees that the cache does not have: what changed in them is not known. */
  readonly unread: readonly UnreadTree[];
}

/** Files of tracked data and outs that differ between two states of the project. In the workspace, what lies there counts. */
export async function diff(ctx: AppContext, { revs: [old = 'HEAD', current], paths }: DiffCommandOptions): Promise<DiffData> {
  return await withProject(ctx, async (project) => {
    const targets = paths.map((path) => projectPath(project.root, ctx.cwd, path));
    const states = await statesOf(project, old, current);
    refuseUnknown(targets, states);
    const concerns = (path: ProjectPath): boolean =>
      targets.length === 0 || targets.some((target) => isAtOrBelow(path, target) || isAtOrBelow(target, path));
    const cache = await project.cache();
    const before = contentsOf(states[0], concerns);
    const now =
      current === undefined
        ? await workspaceForest(project, cache, states[1], before, concerns)
        : stored(cache, contentsOf(states[1], concerns));
    const found = diffTrees(stored(cache, before), now, {
      expand: true,
      onNames: lookProgress(ctx.emit, 'data'),
      ...(targets.length === 0 ? {} : { concerns: (path: BytePath) => concerns(toDisplayPath(path)) }),
    });
    return {
      old,
      new: current ?? WORKSPACE,
      changes: showChanges(found.changes),
      counts: found.counts,
      sizeChange: found.sizeChange,
      unread: found.unread.map(shownUnread).filter(({ path }) => concerns(path)),
    };
  });
}

async function statesOf(project: Project, old: string, current: string | undefined): Promise<readonly [TrackedState, TrackedState]> {
  try {
    return [await trackedState(project, old), await trackedState(project, current)];
  } catch (error) {
    if (!(error instanceof MloError) || error.code !== 'MLO_GIT') throw error;
    const unknown = error.details['revision'];
    if (typeof unknown !== 'string' || !existsSync(resolve(project.ctx.cwd, unknown))) throw error;
    const first = unknown === current ? ` ${shellWord(old)}` : '';
    throw new MloError('MLO_GIT', `'${unknown}' is a path; Git knows no revision of that name`, {
      hint: `mlo diff${first} --targets ${shellWord(unknown)}`,
      details: error.details,
    });
  }
}

type Contents = ReadonlyMap<ProjectPath, Content>;

function contentsOf({ contents }: TrackedState, concerns: (path: ProjectPath) => boolean): Contents {
  return new Map(contents.flatMap(({ path, content }) => (concerns(path) ? [[path, content]] : [])));
}

function stored(cache: Cache, contents: Contents): Map<BytePath, DiffNode> {
  return new Map([...contents].map(([path, content]) => [toBytePath(path), storedNode(cache, content)]));
}

/** What lies at tracked paths. */
async function workspaceForest(
  project: Project,
  cache: Cache,
  state: TrackedState,
  before: Contents,
  concerns: (path: ProjectPath) => boolean,
): Promise<Map<BytePath, DiffNode>> {
  const forest = new Map<BytePath, DiffNode>();
  for (const [path, isOut] of workspacePaths(state)) {
    if (!concerns(path)) continue;
    const absolute = absolutePath(project.root, path);
    const options: ObserveOptions = {
      signal: project.ctx.signal,
      onProgress: byteProgress(project.ctx.emit, 'hash', path, before.get(path)?.size),
      ...(isOut ? { anything: true, includeIgnored: true } : {}),
    };
    const observed = await cache.observeEntries(absolute, options);
    if (observed !== undefined) forest.set(toBytePath(path), observedNode(observed));
  }
  return forest;
}

/** Also outs that no lock has yet. */
function workspacePaths({ contents, graph }: TrackedState): ReadonlyMap<ProjectPath, boolean> {
  const outs = graph.order.flatMap((stage) => stage.outs.flatMap((out) => (out.cache ? [[out.path, true] as const] : [])));
  return new Map([...contents.map(({ path, isOut }) => [path, isOut] as const), ...outs]);
}

function refuseUnknown(targets: readonly ProjectPath[], states: readonly TrackedState[]): void {
  const known = states.flatMap((state) => [...workspacePaths(state).keys()]);
  const unknown = targets.find((target) => !known.some((path) => isAtOrBelow(path, target) || isAtOrBelow(target, path)));
  if (unknown === undefined) return;
  throw new MloError(
    'MLO_TARGET',
    `'${unknown}' is nothing that mlo keeps, neither in ${states.map((state) => state.label).join(' nor in ')}`,
    {
      hint: 'mlo ls shows what is tracked',
      details: { path: unknown },
    },
  );
}
