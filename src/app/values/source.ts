import { readdirSync, statSync } from 'node:fs';
import { posix, relative, resolve } from 'node:path';
import type { Content } from '../../core/content.ts';
import { isLostObject } from '../../core/errors/lost-object.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { given } from '../../core/given.ts';
import { fromLocked } from '../../core/lock/types.ts';
import type { Pipeline, ProjectPath } from '../../core/stage.ts';
import { shellWord } from '../../core/text/shell-word.ts';
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
  let kept: Promise<KeptFiles<KeptValues>> | undefined;

  /** What Git has needs neither locks nor the cache. */
  async function fromKept<T>(path: ProjectPath, look: (files: KeptFiles<KeptValues>) => T): Promise<T> {
    kept ??= project.cache().then((cache) => new KeptFiles(keptAt(project, pipeline, at), cache));
    const files = await kept;
    try {
      return look(files);
    } catch (error) {
      throw isLostObject(error) ? lostValues(project, at, path, files.keeperOf(path), error) : error;
    }
  }

  return {
    label: revision,
    pipeline,
    readText: async (path) => at.readText(path) ?? (await fromKept(path, (files) => files.readBytes(path)))?.toString('utf8'),
    async filesAt(path) {
      if (at.files.has(path)) return [path];
      const below = [...at.files.keys()].filter((file) => isAtOrBelow(file, path));
      const found = new Set([...below, ...(await fromKept(path, (files) => files.filesAt(path)))]);
      return [...found].filter((file) => file === path || isValueFile(file)).sort();
    },
  };
}

interface KeptValues {
  readonly path: ProjectPath;
  readonly content: Content;
  /** It goes to remotes. */
  readonly travels: boolean;
}

/** What the locks of that revision say the outs were, also those with `cache: false`, and what its pointers name. */
function keptAt(project: Project, pipeline: Pipeline, at: RevisionFiles): readonly KeptValues[] {
  const locks = new LockFiles(project.root, pipeline, at.readText);
  const uncached = new Set(pipeline.stages.flatMap(({ outs }) => outs.flatMap((out) => (out.cache ? [] : [out.path]))));
  const outs = [...locks.entries.values()].flatMap((entry) =>
    Object.entries(entry.outs ?? {}).map(([path, locked]) => ({ path, content: fromLocked(locked), travels: !uncached.has(path) })),
  );
  return [...outs, ...pointersAt(project, at).map(({ path, content }) => ({ path, content, travels: true }))];
}

function lostValues(project: Project, at: RevisionFiles, path: ProjectPath, keeper: KeptValues | undefined, error: MloError): MloError {
  const typed = shellWord(relative(project.ctx.cwd, absolutePath(project.root, keeper?.path ?? path)) || '.');
  const fetch = `mlo fetch --rev ${shellWord(at.label)} ${typed}`;
  const hint = error.code === 'MLO_OBJECT_MISSING' && keeper?.travels !== false ? fetch : error.hint;
  return new MloError(error.code, `'${path}' of revision ${at.label} cannot be read: ${error.message}`, {
    ...given({ hint }),
    details: { ...error.details, path, revision: at.label },
    cause: error,
  });
}
