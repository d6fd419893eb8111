import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { Cache } from '../../cache/types.ts';
import type { Pipeline, ProjectPath } from '../../core/stage.ts';
import { isErrno } from '../../fs/errno.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import { absolutePath, isAtOrBelow } from '../paths.ts';
import type { Project } from '../project.ts';
import { lookAt } from '../tracked/find-path.ts';
import { KeptFiles } from '../tracked/kept-files.ts';
import { trackedState, WORKSPACE, type TrackedState } from '../tracked/tracked-state.ts';

/** One state of the project, as far as pictures are concerned. */
export interface PlotState {
  /** The revision as typed, or `workspace`. */
  readonly label: string;
  readonly pipeline: Pipeline;
  /** The file itself, or the files below a folder, sorted; empty where there is nothing. */
  filesAt(path: ProjectPath): readonly ProjectPath[];
  /** Undefined where there is no such file. Throws MLO_OBJECT_MISSING where the cache does not have it. */
  readBytes(path: ProjectPath): Uint8Array | undefined;
}

/** The workspace as it lies there, or what Git and the cache keep of a revision. Throws MLO_GIT. */
export async function openPlotState(project: Project, revision: string | undefined): Promise<PlotState> {
  if (revision !== undefined) return new RevisionState(await trackedState(project, revision), await project.cache());
  const { pipeline } = await loadProjectPipeline(project, undefined, 'nothing');
  return {
    label: WORKSPACE,
    pipeline,
    filesAt: (path) => filesInWorkspace(project.root, path),
    readBytes: (path) => readWorkspace(project.root, path),
  };
}

function filesInWorkspace(root: string, path: ProjectPath): readonly ProjectPath[] {
  const absolute = absolutePath(root, path);
  const stat = lookAt(absolute);
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  const entries = readdirSync(absolute, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => posix.join(path, posix.relative(absolute, posix.join(entry.parentPath, entry.name)))).sort();
}

function readWorkspace(root: string, path: ProjectPath): Uint8Array | undefined {
  try {
    return readFileSync(absolutePath(root, path));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw error;
  }
}

class RevisionState implements PlotState {
  readonly label: string;
  readonly pipeline: Pipeline;
  private readonly state: TrackedState;
  private readonly kept: KeptFiles;

  constructor(state: TrackedState, cache: Cache) {
    this.label = state.label;
    this.pipeline = state.pipeline;
    this.state = state;
    this.kept = new KeptFiles(state.contents, cache);
  }

  filesAt(path: ProjectPath): readonly ProjectPath[] {
    if (this.kept.contentAt(path) !== undefined) return this.kept.filesAt(path);
    const files = this.state.revision?.files ?? new Map();
    if (files.has(path)) return [path];
    const inGit = [...files.keys()].filter((file) => isAtOrBelow(file, path));
    return [...new Set([...inGit, ...this.kept.filesAt(path)])].sort();
  }

  readBytes(path: ProjectPath): Uint8Array | undefined {
    return this.kept.contentAt(path) === undefined ? this.state.revision?.readBytes(path) : this.kept.readBytes(path);
  }
}
