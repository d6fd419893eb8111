import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { posix } from 'node:path';
import { foldersAround, isWalkedName, PROJECT_FOLDER } from '../core/path/own-paths.ts';
import type { ProjectPath } from '../core/stage.ts';
import { isErrno } from '../fs/errno.ts';
import { openIgnore } from '../fs/ignore.ts';
import { PIPELINE_FILES } from './find-root.ts';
import { absolutePath } from './paths.ts';

/** Ending of the pointer file beside data that `mlo add` tracks. */
export const POINTER_SUFFIX = '.mlo';
/** Ending of the file with which DVC tracks data. */
export const DVC_SUFFIX = '.dvc';
/** Ending of locks, ours and others'. */
export const LOCK_SUFFIX = '.lock';

export interface ProjectScan {
  /** One a folder, sorted. */
  readonly pipelines: readonly ProjectPath[];
  /** Pointer files, sorted. */
  readonly pointers: readonly ProjectPath[];
  /** Files that may be locks of pipeline files, whatever these are called; sorted. */
  readonly locks: readonly ProjectPath[];
  /** Folders that may not be read. */
  readonly unreadable: readonly ProjectPath[];
}

/**
 * One walk for everything mlo keeps beside the user's files. Not entered: hidden folders,
 * node_modules, what .mloignore names, folders tracked as data (those have a pointer beside them), and other projects.
 */
export function scanProject(root: string): ProjectScan {
  const ignore = openIgnore(root);
  const pipelines: ProjectPath[] = [];
  const pointers: ProjectPath[] = [];
  const locks: ProjectPath[] = [];
  const unreadable: ProjectPath[] = [];
  const folders: ProjectPath[] = ['.'];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = entriesOf(absolutePath(root, folder));
    if (entries === undefined) {
      unreadable.push(folder);
      continue;
    }
    const names = new Set(entries.map((entry) => entry.name));
    const files = new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name));
    if (folder !== '.' && names.has(PROJECT_FOLDER)) continue;
    const pipeline = PIPELINE_FILES.find((name) => names.has(name));
    if (pipeline !== undefined) pipelines.push(inside(folder, pipeline));
    for (const entry of entries) {
      const path = inside(folder, entry.name);
      if (isPointer(entry)) pointers.push(path);
      else if (entry.isFile() && entry.name.endsWith(LOCK_SUFFIX)) locks.push(path);
      else if (entry.isDirectory() && notEntered(entry.name, (name) => files.has(name)) === undefined && !ignore.ignores(path, true))
        folders.push(path);
    }
  }
  return { pipelines: pipelines.sort(), pointers: pointers.sort(), locks: locks.sort(), unreadable: unreadable.sort() };
}

/** Undefined where the folder may not be read, or is gone by now. */
function entriesOf(folder: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM', 'ENOENT', 'ENAMETOOLONG')) return undefined;
    throw error;
  }
}

function isPointer(entry: Dirent): boolean {
  return entry.isFile() && entry.name.endsWith(POINTER_SUFFIX) && entry.name.length > POINTER_SUFFIX.length;
}

/** Why the walk stays out of the folder `name`: what it is called, or the file beside it that tracks it; `hasFile` tells which are there. */
function notEntered(name: string, hasFile: (name: string) => boolean): 'name' | 'pointer' | 'dvc' | undefined {
  if (!isWalkedName(name)) return 'name';
  if (hasFile(name + POINTER_SUFFIX)) return 'pointer';
  return hasFile(name + DVC_SUFFIX) ? 'dvc' : undefined;
}

/** The folder around `path` that the walk would not enter, the outermost, and why; what `.mloignore` and projects below say is not asked. */
export function unwalkedFolder(
  root: string,
  path: ProjectPath,
): { readonly folder: ProjectPath; readonly why: 'name' | 'pointer' | 'dvc' } | undefined {
  for (const folder of foldersAround(path).reverse()) {
    const beside = (name: string): boolean => isFile(absolutePath(root, posix.join(posix.dirname(folder), name)));
    const why = notEntered(posix.basename(folder), beside);
    if (why !== undefined) return { folder, why };
  }
  return undefined;
}

function isFile(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch (error) {
    if (isErrno(error, 'ENOTDIR', 'ENAMETOOLONG')) return false;
    throw error;
  }
}

function inside(folder: ProjectPath, name: string): ProjectPath {
  return folder === '.' ? name : `${folder}/${name}`;
}
