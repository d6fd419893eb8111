import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

export interface WalkOptions {
  /** `path` is relative to where the walk started, '/' between names. A skipped folder is not entered. */
  readonly skip?: (path: string, isFolder: boolean) => boolean;
}

/**
 * Every file and symlink below `folder`, relative, in the order of names within each folder. Symlinks
 * are not followed. A missing folder has no files; other errors of node:fs are thrown.
 */
export function* walkFiles(folder: string, options: WalkOptions = {}): Generator<string> {
  yield* walk(folder, '', options);
}

function* walk(root: string, folder: string, options: WalkOptions): Generator<string> {
  for (const entry of entriesOf(join(root, folder))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const isFolder = entry.isDirectory();
    if (options.skip?.(path, isFolder) === true) continue;
    if (isFolder) yield* walk(root, path, options);
    else yield path;
  }
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
