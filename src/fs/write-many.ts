import { closeSync, fdatasync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from './make-folder.ts';
import { temporaryName } from './temporary-name.ts';
import { syncFolder, writeAll } from './write-atomic.ts';

/** Files that are synced side by side: the disk then writes its own journal once for several (measured: 4 to 5 times faster). */
const AT_ONCE = 64;

/**
 * Many small files, each old or new and never a part, durable once this returns: first all bytes, then all names, and a
 * folder is synced once instead of once a file. Folders are made. `onFiles` is called with the number of files done so far.
 * Throws what node:fs throws.
 */
export async function writeFilesAtomic(
  files: readonly (readonly [path: string, data: string])[],
  onFiles?: (done: number) => void,
): Promise<void> {
  const temporaries: [temporary: string, path: string][] = [];
  const folders = new Set(files.map(([path]) => dirname(path)));
  try {
    for (const folder of folders) makeFolder(folder);
    for (let start = 0; start < files.length; start += AT_ONCE) {
      const some = files.slice(start, start + AT_ONCE).map(([path, data]) => [join(dirname(path), temporaryName()), path, data] as const);
      for (const [temporary, path] of some) temporaries.push([temporary, path]);
      await writeDurably(some.map(([temporary, , data]) => [temporary, data] as const));
      onFiles?.(start + some.length);
    }
    for (const [temporary, path] of temporaries) renameSync(temporary, path);
  } catch (error) {
    for (const [temporary] of temporaries) rmSync(temporary, { force: true });
    throw error;
  }
  for (const folder of folders) syncFolder(folder);
}

async function writeDurably(files: readonly (readonly [path: string, data: string])[]): Promise<void> {
  const handles: number[] = [];
  try {
    for (const [path, data] of files) {
      const handle = openSync(path, 'wx');
      handles.push(handle);
      writeAll(handle, Buffer.from(data));
    }
    const synced = await Promise.allSettled(handles.map(sync));
    const failed = synced.find((each) => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    for (const handle of handles) closeSync(handle);
  }
}

async function sync(handle: number): Promise<void> {
  await new Promise<void>((resolve, reject) => fdatasync(handle, (error) => (error === null ? resolve() : reject(error))));
}
