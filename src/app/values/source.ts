import { readdirSync, statSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { fromLocked } from '../../core/lock/types.ts';
import type { Pipeline, ProjectPath } from '../../core/stage.ts';
import type { Git } from '../../fs/git.ts';
import { loadProjectPipeline } from '../load-pipeline.ts';
import { LockFiles } from '../lock-files.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';
import { gitOf, openRevision, pipelineAt } from './revision.ts';

export const WORKSPACE = 'workspace';

/** One state of the project: what its pipeline files declare and what its small text files say. */
export interface ValueSource {
  /** The revision as typed, or `workspace`. */
  readonly label: string;
  readonly pipeline: Pipeline;
  /** Text of a file; undefined where this state has none. */
  readText(path: ProjectPath): Promise<string | undefined>;
  /** The file itself, or the YAML and JSON files below a folder, sorted; empty where there is nothing. */
  filesAt(path: ProjectPath): readonly ProjectPath[];
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
    filesAt(path) {
      const absolute = absolutePath(project.root, path);
      const stat = statSync(absolute, { throwIfNoEntry: false });
      if (stat === undefined) return [];
      if (!stat.isDirectory()) return [path];
      const entries = readdirSync(absolute, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      return entries
        .map((entry) => posix.join(path, posix.relative(absolute, posix.join(entry.parentPath, entry.name))))
        .filter(isValueFile)
        .sort();
    },
  };
}

async function revisionSource(project: Project, git: Git, revision: string): Promise<ValueSource> {
  const at = openRevision(git, revision);
  const pipeline = (await pipelineAt(project, at)) ?? (await workspaceSource(project)).pipeline;
  const readCached = cachedReader(project, pipeline, at.readText);
  return {
    label: revision,
    pipeline,
    readText: async (path) => at.readText(path) ?? (await readCached(path)),
    filesAt(path) {
      const below = [...at.files.keys()].filter((file) => file.startsWith(`${path}/`));
      return below.length > 0 ? below.filter(isValueFile) : [path];
    },
  };
}

/** Files that are outs in the cache: what the lock of that revision says they were. */
function cachedReader(
  project: Project,
  pipeline: Pipeline,
  readText: (path: ProjectPath) => string | undefined,
): (path: ProjectPath) => Promise<string | undefined> {
  let locks: LockFiles | undefined;
  return async (path) => {
    locks ??= new LockFiles(project.root, pipeline, readText);
    for (const entry of locks.entries.values()) {
      for (const [out, locked] of Object.entries(entry.outs ?? {})) {
        if (out !== path && !path.startsWith(`${out}/`)) continue;
        const cache = await project.cache();
        const whole = fromLocked(locked);
        if (!cache.has(whole)) return undefined;
        const content = out === path ? whole : cache.subContent(whole, path.slice(out.length + 1));
        return content?.kind === 'file' ? cache.readBytes(content.digest).toString('utf8') : undefined;
      }
    }
    return undefined;
  };
}
