import { rmdirSync, unlinkSync } from 'node:fs';
import { readEntries } from './byte-names.ts';
import { inFolder, toSystemPath, type BytePath } from './byte-path.ts';
import { isErrno } from './errno.ts';

/**
 * Deletes a folder with all that is in it, links and not what they lead to. `onFiles`: called for each folder with the number
 * of files deleted so far. What is gone already is no error; throws what node:fs throws.
 */
export function removeTree(folder: BytePath, onFiles: (files: number) => void): void {
  let files = 0;

  function remove(path: BytePath): void {
    const folders: BytePath[] = [];
    for (const entry of readEntries(path)) {
      const child = inFolder(path, entry.name);
      if (entry.isDirectory()) folders.push(child);
      else {
        unlessGone(() => unlinkSync(toSystemPath(child)));
        files += 1;
      }
    }
    onFiles(files);
    for (const each of folders) unlessGone(() => remove(each));
    unlessGone(() => rmdirSync(toSystemPath(path)));
  }

  unlessGone(() => remove(folder));
}

function unlessGone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}
