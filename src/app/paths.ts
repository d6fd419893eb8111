import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import type { ProjectPath } from '../core/stage.ts';

export function absolutePath(root: string, path: ProjectPath): string {
  return path === '.' ? root : join(root, path);
}

/** A path as a user typed it (relative to where they stand) as a project path. Throws MLO_PATH_UNSAFE. */
export function projectPath(root: string, cwd: string, typed: string): ProjectPath {
  const found = tryProjectPath(root, cwd, typed);
  if (found !== undefined) return found;
  throw new MloError('MLO_PATH_UNSAFE', `'${typed}' is outside the project '${root}'`, { hint: 'Copy it into the project first.' });
}

export function tryProjectPath(root: string, cwd: string, typed: string): ProjectPath | undefined {
  const path = relative(root, resolve(cwd, typed));
  if (path === '') return '.';
  if (path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return undefined;
  return path.split(sep).join('/');
}

/** Project paths; everything is below '.'. */
export function isAtOrBelow(path: ProjectPath, folder: ProjectPath): boolean {
  return folder === '.' || path === folder || path.startsWith(`${folder}/`);
}
