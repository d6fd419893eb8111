import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Cache } from '../cache/types.ts';
import { MloError } from '../core/errors/mlo-error.ts';
import { buildGraph } from '../core/graph/build.ts';
import { isInside } from '../core/path/project-path.ts';
import type { ProjectPath, StageAddress } from '../core/stage.ts';
import { shellWord } from '../core/text/shell-word.ts';
import { toBytePath } from '../fs/byte-path.ts';
import { withIoErrors } from '../fs/errno.ts';
import { removeGitignoreEntries } from '../fs/gitignore.ts';
import { throwIfInterrupted } from '../fs/interrupt.ts';
import { removeTree } from '../fs/remove-tree.ts';
import { syncFolder } from '../fs/write-atomic.ts';
import { statOf } from './add/path-faults.ts';
import { loadProjectPipeline } from './load-pipeline.ts';
import { absolutePath, projectPath } from './paths.ts';
import { dataOf, PointerTree } from './pointer-tree.ts';
import { readPointers, refuseBroken, warnOfFaults, type Pointer } from './pointers.ts';
import { byteProgress, removeProgress } from './progress.ts';
import { withWriter, type Project } from './project.ts';
import type { AppContext } from './types.ts';

export interface RemoveOptions {
  readonly targets: readonly string[];
  /** The data in the workspace goes too. */
  readonly data: boolean;
  /** Also bytes that the cache does not have. */
  readonly force: boolean;
}

export interface RemoveData {
  readonly removed: readonly {
    readonly path: ProjectPath;
    readonly pointer: ProjectPath;
    /** What became of the data in the workspace; its bytes in the cache stay until they are collected. */
    readonly data: 'kept' | 'deleted' | 'absent';
    /** Stages that read it. */
    readonly readers: readonly StageAddress[];
  }[];
}

/** Stops tracking: pointer and .gitignore entry go. The data stays, unless it is asked for; then only bytes that the cache has. */
export async function remove(ctx: AppContext, options: RemoveOptions): Promise<RemoveData> {
  return await withWriter(ctx, async (project) => {
    const stages = (await loadProjectPipeline(project, undefined, 'nothing')).pipeline.stages;
    const graph = buildGraph(stages);
    const pointers = choose(project, options.targets, (path, typed) => {
      const owner = graph.outs.covering(path)?.stage ?? graph.byAddress.get(typed);
      return owner?.address;
    });
    if (options.data && !options.force) await refuseUnsaved(project, await project.cache(), pointers);

    const folders = new Set<string>();
    for (const { pointerPath } of pointers) {
      rmSync(absolutePath(project.root, pointerPath), { force: true });
      folders.add(dirname(absolutePath(project.root, pointerPath)));
    }
    for (const folder of folders) syncFolder(folder);
    const removed = pointers.map(({ path, pointerPath }) => ({
      path,
      pointer: pointerPath,
      data: removeData(project, path, options.data),
      readers: graph.order.filter((stage) => stage.deps.some((dep) => isInside(path, dep.path))).map((stage) => stage.address),
    }));
    removeGitignoreEntries(
      project.root,
      pointers.map(({ path }) => path),
    );
    return { removed };
  });
}

function choose(
  project: Project,
  targets: readonly string[],
  stageOf: (path: ProjectPath, typed: string) => StageAddress | undefined,
): readonly Pointer[] {
  const named = targets.map((target) => ({ target, path: projectPath(project.root, project.ctx.cwd, dataOf(target)) }));
  const files = readPointers(project);
  refuseBroken(
    files,
    named.map(({ path }) => path),
  );
  warnOfFaults(project, files);
  const pointers = new PointerTree(files.pointers);
  const chosen = new Map<ProjectPath, Pointer>();
  for (const { target, path } of named) {
    const pointer = pointers.at(path);
    if (pointer === undefined) throw notTracked(pointers, path, target, stageOf(path, target));
    chosen.set(path, pointer);
  }
  return [...chosen.values()];
}

function notTracked(pointers: PointerTree, path: ProjectPath, typed: string, stage: StageAddress | undefined): MloError {
  if (stage !== undefined) {
    return new MloError('MLO_USAGE', `'${typed}' is of stage '${stage}'; only data that was added can be removed`, {
      hint: `Delete the stage or the out from its pipeline file; the lock follows with: mlo repro`,
    });
  }
  const around = pointers.around(path);
  if (around !== undefined) {
    return new MloError('MLO_USAGE', `'${path}' is a part of '${around.path}', which is tracked as a whole`, {
      hint: `Delete the file, then: mlo add ${shellWord(path)}`,
    });
  }
  return new MloError('MLO_TARGET', `'${path}' is not tracked by mlo`, { hint: 'mlo status shows what is tracked.' });
}

/** What .mloignore names was never stored, so it counts here. */
async function refuseUnsaved(project: Project, cache: Cache, pointers: readonly Pointer[]): Promise<void> {
  const { emit, signal } = project.ctx;
  const unsaved: ProjectPath[] = [];
  for (const { path } of pointers) {
    const look = { anything: true, includeIgnored: true, signal, onProgress: byteProgress(emit, 'hash', path) };
    const content = await cache.observe(absolutePath(project.root, path), look);
    if (content !== undefined && !cache.has(content)) unsaved.push(path);
  }
  if (unsaved.length === 0) return;
  const words = unsaved.map(shellWord).join(' ');
  throw new MloError(
    'MLO_OUT_UNSAVED',
    `Bytes in ${unsaved.map((path) => `'${path}'`).join(', ')} are not in the cache; nothing was removed`,
    {
      hint: `Save them (mlo add ${words}), keep them (leave out --data), or delete them all the same: --force`,
      details: { paths: unsaved },
    },
  );
}

function removeData(project: Project, path: ProjectPath, wanted: boolean): RemoveData['removed'][number]['data'] {
  const absolute = absolutePath(project.root, path);
  const stat = statOf(absolute);
  if (stat === undefined) return 'absent';
  if (!wanted) return 'kept';
  throwIfInterrupted(project.ctx.signal);
  withIoErrors('delete', path, () => {
    if (stat.isDirectory()) removeTree(toBytePath(absolute), removeProgress(project.ctx.emit, path));
    else rmSync(absolute);
  });
  return 'deleted';
}
