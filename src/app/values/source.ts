import { readdirSync, statSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { fromLocked } from '../../core/lock/types.ts';
import type { Pipeline, ProjectPath } from '../../core/stage.ts';
import type { Git } from '../../fs/git.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import { LockFiles } from '../lock-files.ts';
import { absolutePath, isAtOrBelow } from '../paths.ts';
import type { Project } from '../project.ts';
import { KeptFiles } from '../tracked/kept-files.ts';
import { pointersAt } from '../tracked/tracked-state.ts';
import { gitOf, openRevision, pipelineAt, type RevisionFiles } from './revision.ts';

export const WORKSPACE = 'workspace';

/** One state of the project: what its pipeline files declare and what its small text files say. */
export interface ValueSource {
  /** The revision as typed, or `workspace`. */
  readonly label: string;
  readonly pipeline: Pipeline;
  /** Text of a file; undefined where this state has none. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT where it has one that the cache has not. */
  readText(path: ProjectPath): Promise<string | undefined>;
  /** The file itself, or the YAML and JSON files below a folder, sorted; empty where there is nothing. Throws the same. */
  filesAt(path: ProjectPath): Promise<readonly ProjectPath[]>;
}

/** The workspace where `revision` is absent. Throws MLO_GIT. */
export async function openSource(project: Project, revision: string | undefined): Promise<ValueSource> {
  if (revision === undefined) return await workspaceSource(project);
  try {
    return await revisionSource(project, gitOf(project), revision);
  } catch (error) {
    if (!(error instanceof MloError) || error.code !== 'MLO_GIT' || !isFile(resolve(project.ctx.cwd, revision))) throw error;
    throw new MloError('MLO_GIT', `'${revision}' is a file; Git knows no revision of that name`, {
      hint: `A file is named by an option: --file ${revision}`,
    });
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function isValueFile(path: ProjectPath): boolean {
  return /\.(json|ya?ml)$/i.test(path);
}

async function workspaceSource(project: Project): Promise<ValueSource> {
  const { pipeline, readText } = await loadProjectPipeline(project);
  return {
    label: WORKSPACE,
    pipeline,
    readText: (path) => Promise.resolve(readText(path)),
    filesAt: (path) => Promise.resolve(filesInWorkspace(project.root, path)),
  };
}

function filesInWorkspace(root: string, path: ProjectPath): readonly ProjectPath[] {
  const absolute = absolutePath(root, path);
  const stat = statSync(absolute, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (!stat.isDirectory()) return [path];
  const entries = readdirSync(absolute, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries
    .map((entry) => posix.join(path, posix.relative(absolute, posix.join(entry.parentPath, entry.name))))
    .filter(isValueFile)
    .sort();
}

async function revisionSource(project: Project, git: Git, revision: string): Promise<ValueSource> {
  const at = openRevision(git, revision);
  const pipeline = (await pipelineAt(project, at)) ?? (await workspaceSource(project)).pipeline;
  let files: Promise<KeptFiles> | undefined;
  // What Git has needs neither locks nor the cache.
  const kept = async (): Promise<KeptFiles> => await (files ??= keptFiles(project, pipeline, at));
  return {
    label: revision,
    pipeline,
    readText: async (path) => at.readText(path) ?? (await kept()).readBytes(path)?.toString('utf8'),
    async filesAt(path) {
      if (at.files.has(path)) return [path];
      const below = [...at.files.keys()].filter((file) => isAtOrBelow(file, path));
      const found = new Set([...below, ...(await kept()).filesAt(path)]);
      return [...found].filter((file) => file === path || isValueFile(file)).sort();
    },
  };
}

/** What the locks of that revision say the outs were, also those with `cache: false`, and what its pointers name. */
async function keptFiles(project: Project, pipeline: Pipeline, at: RevisionFiles): Promise<KeptFiles> {
  const locks = new LockFiles(project.root, pipeline, at.readText);
  const uncached = new Set(pipeline.stages.flatMap(({ outs }) => outs.flatMap((out) => (out.cache ? [] : [out.path]))));
  const outs = [...locks.entries.values()].flatMap((entry) =>
    Object.entries(entry.outs ?? {}).map(([path, locked]) => ({ path, content: fromLocked(locked), stays: uncached.has(path) })),
  );
  return new KeptFiles(project, at.label, [...outs, ...pointersAt(project, at)], await project.cache());
}
