import { posix } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isWalkedName, ownPaths } from '../../core/path/own-paths.ts';
import type { Pipeline, ProjectPath } from '../../core/stage.ts';
import { openGit, type Git, type GitEntry } from '../../fs/git.ts';
import { PIPELINE_FILES } from '../find-root.ts';
import type { Project } from '../project.ts';

/** What Git keeps of the project at one revision. */
export interface RevisionFiles {
  /** As typed. */
  readonly label: string;
  readonly files: ReadonlyMap<ProjectPath, GitEntry>;
  /** Text of a file; undefined where the revision has none. Each is asked for once. */
  readText(path: ProjectPath): string | undefined;
  readBytes(path: ProjectPath): Buffer | undefined;
  /** Brings the texts of many files at once. */
  prefetch(paths: readonly ProjectPath[]): void;
}

/** Throws MLO_GIT where the project is in no repository. */
export function gitOf(project: Project): Git {
  const git = openGit(project.root);
  if (git !== undefined) return git;
  throw new MloError(
    'MLO_GIT',
    `'${project.root}' is in no Git repository (or git is not installed), so there are no revisions to compare with`,
    {
      hint: 'git init && git add -A && git commit',
    },
  );
}

/** Throws MLO_GIT where Git does not know the revision. */
export function openRevision(git: Git, label: string): RevisionFiles {
  const files = new Map(git.entries(label).map((entry) => [entry.path, entry]));
  const texts = new Map<ProjectPath, string>();

  function prefetch(paths: readonly ProjectPath[]): void {
    const wanted = paths.flatMap((path) => (texts.has(path) ? [] : (files.get(path) ?? [])));
    for (const [index, bytes] of git.blobs(wanted.map((entry) => entry.id)).entries())
      texts.set((wanted[index] as GitEntry).path, bytes.toString('utf8'));
  }

  return {
    label,
    files,
    prefetch,
    readText(path) {
      prefetch([path]);
      return texts.get(path);
    },
    readBytes(path) {
      const entry = files.get(path);
      return entry === undefined ? undefined : git.blobs([entry.id])[0];
    },
  };
}

/** The pipeline as that revision declares it; undefined (with a warning) where this mlo cannot read it. */
export async function pipelineAt(project: Project, revision: RevisionFiles): Promise<Pipeline | undefined> {
  const pipelines = pipelineFiles([...revision.files.keys()]);
  if (pipelines.length === 0) return { files: [], stages: [] };
  const { loadPipeline } = await import('../../core/pipeline/load.ts');
  const rootFile = pipelines.find((path) => !path.includes('/'));
  try {
    return loadPipeline({ files: pipelines, readText: revision.readText, ...(rootFile === undefined ? {} : { rootFile }) }).pipeline;
  } catch (error) {
    if (!(error instanceof MloError)) throw error;
    project.ctx.emit({
      type: 'warning',
      message: `The pipeline of revision ${revision.label} cannot be read (${error.message}); the files that the workspace declares are shown instead`,
    });
    return undefined;
  }
}

/** The walk through the workspace would come to that file: no folder on the way is hidden or of npm. */
export function isWalked(path: ProjectPath): boolean {
  return path.split('/').slice(0, -1).every(isWalkedName);
}

function pipelineFiles(files: readonly ProjectPath[]): ProjectPath[] {
  const byFolder = Map.groupBy(
    ownPaths(files).filter((file) => (PIPELINE_FILES as readonly string[]).includes(posix.basename(file)) && isWalked(file)),
    (file) => posix.dirname(file),
  );
  return [...byFolder.values()]
    .map((found) => PIPELINE_FILES.flatMap((name) => found.filter((file) => posix.basename(file) === name))[0] as ProjectPath)
    .sort();
}
