import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { toSystemPath, type BytePath } from './byte-path.ts';
import { isErrno } from './errno.ts';

/** Makes the folder and those above. Node answers ENOENT for a read-only file system: here the true error is thrown. */
export function makeFolder(folder: BytePath): void {
  try {
    mkdirSync(toSystemPath(folder), { recursive: true });
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    mkdirSync(toSystemPath(firstMissing(folder)));
    mkdirSync(toSystemPath(folder), { recursive: true });
  }
}

function firstMissing(folder: BytePath): BytePath {
  let missing = folder;
  for (let above = dirname(missing); above !== missing && !existsSync(toSystemPath(above)); above = dirname(above)) missing = above;
  return missing;
}
