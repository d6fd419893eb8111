import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { Pipeline, ProjectPath } from '../../core/stage.ts';
import { isErrno } from '../../fs/errno.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import { absolutePath, isAtOrBelow } from '../paths.ts';
import type { Project } from '../project.ts';
import { lookAt } from '../tracked/find-path.ts';
import { KeptFiles } from '../tracked/kept-files.ts';
import { trackedState, WORKSPACE } from '../tracked/tracked-state.ts';

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
  if (revision !== undefined) return await revisionState(project, revision);
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

async function revisionState(project: Project, revision: string): Promise<PlotState> {
  const state = await trackedState(project, revision);
  const kept = new KeptFiles(project, revision, state.contents, await project.cache());
  return {
    label: state.label,
    pipeline: state.pipeline,
    filesAt(path) {
      if (kept.has(path)) return kept.filesAt(path);
      if (state.revision?.files.has(path) === true) return [path];
      const inGit = [...(state.revision?.files.keys() ?? [])].filter((file) => isAtOrBelow(file, path));
      return [...new Set([...inGit, ...kept.filesAt(path)])].sort();
    },
    readBytes: (path) => (kept.has(path) ? kept.readBytes(path) : state.revision?.readBytes(path)),
  };
}
