import { mkdirSync, statSync } from 'node:fs';
import { folderOf, toBytePath, toSystemPath, type BytePath } from './byte-path.ts';
import { isErrno } from './errno.ts';

/**
 * Makes the folder and those above. Throws what node:fs throws. (Node's own recursive mkdir answers ENOENT for a read-only file
 * system, and in `/proc` it never ends.)
 */
export function makeFolder(folder: string): void {
  makeByteFolder(toBytePath(folder));
}

/** The same for a path whose names need not be UTF-8. */
export function makeByteFolder(folder: BytePath): void {
  const missing: BytePath[] = [];
  for (let path = folder; !isFolder(path); path = folderOf(path)) missing.push(path);
  for (const path of missing.reverse()) makeOne(path);
}

function makeOne(path: BytePath): void {
  try {
    mkdirSync(toSystemPath(path));
  } catch (error) {
    if (!isErrno(error, 'EEXIST') || !isFolder(path)) throw error;
  }
}

/** The root always is one, so that the way up ends. */
function isFolder(path: BytePath): boolean {
  if (path === folderOf(path)) return true;
  try {
    return statSync(toSystemPath(path), { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    if (isErrno(error, 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG')) return false;
    throw error;
  }
}
