import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProjectPath, Stage } from '../../core/stage.ts';
import { addGitignoreEntries, removeGitignoreEntries } from '../../fs/gitignore.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { absolutePath } from '../paths.ts';
import type { Project } from '../project.ts';

/** Cached outs do not belong into Git. Written once for all stages, in order of the graph, so that it is the same whatever runs first. */
export function ignoreCachedOuts(project: Project, stages: readonly Stage[]): void {
  ignorePaths(
    project,
    stages.flatMap((stage) => stage.outs.filter((out) => out.cache).map((out) => out.path)),
  );
}

/** The same for outs that were put into the workspace otherwise: the `.gitignore` may have gone together with them. */
export function ignorePaths(project: Project, paths: readonly ProjectPath[]): void {
  const { root } = project;
  for (const folder of new Set(paths.map((path) => dirname(absolutePath(root, path))))) mkdirSync(folder, { recursive: true });
  const added = addGitignoreEntries(root, paths);
  if (added.length > 0) writeOwnLines(project, new Set([...readOwnLines(project), ...added]));
}

/** Outs that are not cached (any more) are Git's: a line of mlo's own goes, one that the user wrote stays. */
export function showUncachedOuts(project: Project, stages: readonly Stage[]): void {
  const paths = stages.flatMap((stage) => stage.outs.filter((out) => !out.cache).map((out) => out.path));
  if (paths.length === 0) return;
  const own = readOwnLines(project);
  const ours = paths.filter((path) => own.has(path));
  if (ours.length === 0) return;
  removeGitignoreEntries(project.root, ours);
  writeOwnLines(project, new Set([...own].filter((path) => !ours.includes(path))));
}

/** Outs whose line mlo has written here; a clone does not know. */
function readOwnLines(project: Project): ReadonlySet<ProjectPath> {
  try {
    const paths: unknown = JSON.parse(readFileSync(fileOf(project), 'utf8'));
    return new Set(Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : []);
  } catch {
    // Disposable: without it no line is taken out.
    return new Set();
  }
}

function writeOwnLines(project: Project, paths: ReadonlySet<ProjectPath>): void {
  project.keepState(() => writeFileAtomic(fileOf(project), `${JSON.stringify([...paths].sort(), undefined, 2)}\n`));
}

function fileOf({ stateDir }: Project): string {
  return join(stateDir, 'ignored-outs.json');
}
