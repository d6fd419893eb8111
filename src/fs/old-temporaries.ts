import { lstatSync, rmSync } from 'node:fs';
import { isTemporaryName } from '../core/encoding/tree-format.ts';
import { readNames } from './byte-names.ts';
import { inFolder, toSystemPath, type BytePath } from './byte-path.ts';
import { isErrno } from './errno.ts';

/** No command writes one file for longer than this. */
const OLD_MS = 24 * 60 * 60 * 1000;

/** Deletes what killed commands have left in a folder; younger ones may belong to a command that is at work. */
export function removeOldTemporaries(folder: BytePath): void {
  for (const name of namesOf(folder)) {
    if (!isTemporaryName(name)) continue;
    const path = toSystemPath(inFolder(folder, name));
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.ctimeMs > OLD_MS) rmSync(path, { recursive: true, force: true });
  }
}

function namesOf(folder: BytePath): readonly BytePath[] {
  try {
    return readNames(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}
