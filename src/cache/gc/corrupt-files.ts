import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { asIoError } from '../../fs/errno.ts';
import { namesIn } from '../../fs/names-in.ts';

/** A file that was found broken and set aside. */
export interface CorruptFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was set aside, Unix milliseconds. */
  readonly sinceMs: number;
}

/** All that lies in `corrupt/` of a cache. Throws MLO_CACHE_IO. */
export function corruptFiles(cacheDir: string): readonly CorruptFile[] {
  const folder = join(cacheDir, 'corrupt');
  return namesIn(folder).flatMap((name): readonly CorruptFile[] => {
    const path = join(folder, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    // A rename leaves mtime as it was, and sets ctime.
    return stat?.isFile() === true ? [{ path, bytes: stat.size, sinceMs: Math.max(stat.ctimeMs, stat.mtimeMs) }] : [];
  });
}

/** Throws MLO_CACHE_IO. */
export function deleteCorruptFiles(files: readonly CorruptFile[]): void {
  for (const { path } of files) {
    try {
      rmSync(path, { force: true });
    } catch (error) {
      throw asIoError(error, 'delete what was set aside as broken', path);
    }
  }
}
