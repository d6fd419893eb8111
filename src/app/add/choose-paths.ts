import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import { MloError } from '../../core/errors/mlo-error.ts';
import { foldersAround } from '../../core/path/own-paths.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { isErrno } from '../../fs/errno.ts';
import { expandGlob, hasGlob } from '../../fs/expand-glob.ts';
import { openIgnore } from '../../fs/ignore.ts';
import { projectPath, tryProjectPath } from '../paths.ts';
import type { Project } from '../project.ts';
import { POINTER_SUFFIX } from '../scan-project.ts';

export interface TypedPaths {
  /** As typed; patterns that no shell has expanded too. */
  readonly paths: readonly string[];
  /** As a list gave them: each is one path, whatever its characters. */
  readonly listed: readonly string[];
}

/** What is to be added, each path once; a path inside another one goes with it. */
export function choosePaths(project: Project, { paths, listed }: TypedPaths): readonly ProjectPath[] {
  if (paths.includes('') || listed.includes(''))
    throw new MloError('MLO_USAGE', 'A path to add is empty', { hint: 'Is a variable of the shell unset?' });
  const typed = [...paths.flatMap((path) => expanded(project, path)), ...listed];
  const chosen = new Set(typed.map((path) => projectPath(project.root, project.ctx.cwd, path)));
  return [...chosen].filter((path) => !foldersAround(path).some((folder) => chosen.has(folder)) && !isPointerOfChosen(path, chosen));
}

/** `mlo add data/*` by a shell names the pointers of the first time too. */
function isPointerOfChosen(path: ProjectPath, chosen: ReadonlySet<ProjectPath>): boolean {
  return path.endsWith(POINTER_SUFFIX) && chosen.has(path.slice(0, -POINTER_SUFFIX.length));
}

function expanded(project: Project, typed: string): readonly string[] {
  const { cwd } = project.ctx;
  if (!hasGlob(typed) || exists(resolve(cwd, typed))) return [typed];
  const ignore = openIgnore(project.root);
  const found = expandGlob(cwd, typed, (path, isFolder) => {
    const inProject = tryProjectPath(project.root, cwd, path);
    if (inProject === undefined || inProject === '.') return false;
    return inProject.endsWith(POINTER_SUFFIX) || /^\.(mlo|git)$/.test(inProject) || ignore.ignores(inProject, isFolder);
  });
  if (found.length > 0) return found;
  throw new MloError('MLO_TARGET', `Nothing matches '${typed}'`, {
    hint: 'Check the pattern: hidden names match only where it names the dot, and what .mloignore names never does.',
  });
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isErrno(error, 'ENAMETOOLONG', 'ENOTDIR')) return false;
    throw error;
  }
}
