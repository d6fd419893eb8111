import { realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import type { ProjectPath } from '../core/stage.ts';
import { isErrno } from '../fs/errno.ts';

export function absolutePath(root: string, path: ProjectPath): string {
  return path === '.' ? root : join(root, path);
}

/** A path as a user typed it (relative to where they stand) as a project path. Throws MLO_PATH_UNSAFE, MLO_USAGE. */
export function projectPath(root: string, cwd: string, typed: string): ProjectPath {
  const found = tryProjectPath(root, cwd, typed);
  if (found !== undefined) return found;
  throw new MloError('MLO_PATH_UNSAFE', `'${typed}' is outside the project '${root}'`, {
    hint: 'Name a path of the project; data that lies elsewhere: copy it into the project first',
  });
}

/** Undefined for what lies outside. Throws MLO_USAGE for an empty path: what it stands for, all that is here, was not meant. */
export function tryProjectPath(root: string, cwd: string, typed: string): ProjectPath | undefined {
  if (typed === '') throw new MloError('MLO_USAGE', 'A path is empty', { hint: 'Is a variable of the shell unset?' });
  const path = resolve(cwd, typed);
  return below(root, path) ?? below(root, behindLinks(path)) ?? (leadsTo(path, root) ? '.' : undefined);
}

function below(root: string, absolute: string): ProjectPath | undefined {
  const path = relative(root, absolute);
  if (path === '') return '.';
  if (path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return undefined;
  return path.split(sep).join('/');
}

/** A shell says where it stands by the links that led there. The last name stays as it is: it may be a tracked link. */
function behindLinks(path: string): string {
  const folder = dirname(path);
  if (folder === path) return path;
  try {
    return join(realpathSync(folder), basename(path));
  } catch (error) {
    if (!isErrno(error)) throw error;
    return join(behindLinks(folder), basename(path));
  }
}

function leadsTo(link: string, folder: string): boolean {
  try {
    return realpathSync(link) === folder;
  } catch (error) {
    if (isErrno(error)) return false;
    throw error;
  }
}

/** Project paths; everything is below '.'. */
export function isAtOrBelow(path: ProjectPath, folder: ProjectPath): boolean {
  return folder === '.' || path === folder || path.startsWith(`${folder}/`);
}
