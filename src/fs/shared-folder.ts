import { chmodSync, chownSync, fchmodSync, fstatSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { isErrno } from './errno.ts';
import { makeFolder } from './make-folder.ts';

const GROUP_READ = 0o040;
const GROUP_WRITE = 0o020;
const SHARED_FOLDER = 0o2070;

/**
 * Makes the folder and those above. One that is made in a folder that its group may write to is made for that group
 * too, whatever the umask: several users can then share a cache by `chgrp` and `chmod g+ws` of its first folder.
 */
export function makeSharedFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  const above = dirname(folder);
  if (above !== folder) makeSharedFolder(above);
  makeFolder(folder);
  const parent = statSync(above);
  if ((parent.mode & GROUP_WRITE) !== 0) shareWith(folder, parent);
}

/** Lets the group of the folder that the open file lies in read it, where the group may write to the folder. */
export function shareFile(file: number, folder: string): void {
  if (!isSharedFolder(folder)) return;
  const { mode } = fstatSync(file);
  if ((mode & GROUP_READ) === 0) fchmodSync(file, (mode | GROUP_READ) & 0o7777);
}

export function isSharedFolder(folder: string): boolean {
  return (statSync(folder).mode & GROUP_WRITE) !== 0;
}

/** Another user may have made it at the same moment: then it is theirs to set, and they do. */
function shareWith(folder: string, parent: Stats): void {
  try {
    const own = statSync(folder);
    if (own.gid !== parent.gid) chownSync(folder, own.uid, parent.gid);
    chmodSync(folder, (own.mode & 0o7777) | SHARED_FOLDER);
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOENT')) throw error;
  }
}
