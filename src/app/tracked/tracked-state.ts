import { posix } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { buildGraph } from '../../core/graph/build.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { fromLocked } from '../../core/lock/types.ts';
import type { Content } from '../../core/content.ts';
import { own } from '../../core/own.ts';
import { ownPaths } from '../../core/path/own-paths.ts';
import { isSafeProjectPath } from '../../core/path/project-path.ts';
import { dataPathOf, parsePointerText } from '../../core/pointer.ts';
import type { PointerSource } from '../../core/pointer-source.ts';
import type { Pipeline, ProjectPath, StageAddress } from '../../core/stage.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import { LockFiles } from '../lock-files.ts';
import type { ReadText } from '../parsed-cache.ts';
import { readPointers, warnOfBroken, warnOfStrays, type BrokenPointer } from '../pointers.ts';
import type { Project } from '../project.ts';
import { POINTER_SUFFIX } from '../scan-project.ts';
import { gitOf, isWalked, openRevision, pipelineAt, type RevisionFiles } from '../values/revision.ts';

export const WORKSPACE = 'workspace';

/** A path that mlo keeps, and what pointer or lock say it is. */
export interface TrackedContent {
  readonly path: ProjectPath;
  readonly content: Content;
  readonly isOut: boolean;
  /** Whether it lies in a tracked folder and is not tracked by itself. */
  readonly isPart?: boolean;
  /** Outs: whose. */
  readonly stage?: StageAddress;
  /** Of an import: where it came from. */
  readonly source?: PointerSource;
}

/** What mlo keeps at one state of the project: the workspace's pointers and locks, or those of a revision. */
export interface TrackedState {
  /** The revision as typed, or `workspace`. */
  readonly label: string;
  readonly pipeline: Pipeline;
  readonly graph: Graph;
  /** The pipeline file that commands without targets work on. */
  readonly file: ProjectPath;
  /** Sorted by path. */
  readonly contents: readonly TrackedContent[];
  /** Absent for the workspace. */
  readonly revision?: RevisionFiles;
}

/** Broken pointers of the workspace are left out: `onBroken` hears of each; without it there is a warning. */
export async function trackedState(
  project: Project,
  revision?: string,
  file?: string,
  onBroken: (broken: BrokenPointer) => void = (broken) => warnOfBroken(project, broken),
): Promise<TrackedState> {
  return revision === undefined
    ? await ofWorkspace(project, file, onBroken)
    : await ofRevision(project, openRevision(gitOf(project), revision), file);
}

async function ofWorkspace(project: Project, file: string | undefined, onBroken: (broken: BrokenPointer) => void): Promise<TrackedState> {
  const loaded = await loadProjectPipeline(project, file, 'nothing');
  const read = readPointers(project);
  warnOfStrays(project, read.strays);
  for (const each of read.broken) onBroken(each);
  const pointers = read.pointers.map(({ path, content, source }) => trackedPointer(path, { content, source }));
  return { label: WORKSPACE, file: loaded.file, ...withOuts(project, loaded.pipeline, loaded.readText, pointers) };
}

async function ofRevision(project: Project, revision: RevisionFiles, file?: string): Promise<TrackedState> {
  const current = await loadProjectPipeline(project, file, 'nothing');
  const pipeline = (await pipelineAt(project, revision)) ?? current.pipeline;
  return {
    label: revision.label,
    file: current.file,
    revision,
    ...withOuts(project, pipeline, revision.readText, pointersAt(project, revision)),
  };
}

function trackedPointer(
  path: ProjectPath,
  { content, source }: { readonly content: Content; readonly source?: PointerSource | undefined },
): TrackedContent {
  return { path, content, isOut: false, ...(source === undefined ? {} : { source }) };
}

function withOuts(
  project: Project,
  pipeline: Pipeline,
  readText: ReadText,
  pointers: readonly TrackedContent[],
): Pick<TrackedState, 'pipeline' | 'graph' | 'contents'> {
  const graph = buildGraph(pipeline.stages);
  const locks = new LockFiles(project.root, pipeline, readText);
  const outs = graph.order.flatMap((stage) =>
    stage.outs.flatMap((out): readonly TrackedContent[] => {
      const locked = own(locks.entries.get(stage.address)?.outs, out.path);
      return locked === undefined || !out.cache ? [] : [{ path: out.path, content: fromLocked(locked), isOut: true, stage: stage.address }];
    }),
  );
  return { pipeline, graph, contents: [...pointers, ...outs].sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** The rules are those of the walk through the workspace. A pointer that cannot be understood is left out with a warning: it cannot be mended there. */
export function pointersAt(project: Project, revision: RevisionFiles): readonly TrackedContent[] {
  const paths = ownPaths(revision.files.keys()).filter((path) => revision.files.get(path)?.type !== 'symlink' && isPointerPath(path));
  revision.prefetch(paths);
  return paths.flatMap((pointerPath) => {
    try {
      return [trackedPointer(dataPathOf(pointerPath), parsePointerText(pointerPath, revision.readText(pointerPath) ?? ''))];
    } catch (error) {
      if (!(error instanceof MloError)) throw error;
      project.ctx.emit({ type: 'warning', message: `Revision ${revision.label}: ${error.message}; it is left out` });
      return [];
    }
  });
}

function isPointerPath(path: ProjectPath): boolean {
  const name = posix.basename(path);
  return name.endsWith(POINTER_SUFFIX) && name.length > POINTER_SUFFIX.length && isWalked(path) && isSafeProjectPath(path);
}
