import type { Stats } from 'node:fs';
import type { FileTimes } from '../../fs/stat-index/rows.ts';
import { sameFile } from './read-file.ts';

/**
 * Files that lost or got a name by what this command did: that changes their ctime, for all their names, and nothing else. Where
 * a file has other names, its ctime says nothing about its bytes.
 */
export class RelinkedFiles {
  readonly #inodes = new Set<number>();

  /** A name of the file is about to go. */
  losesName(stat: Stats): void {
    if (stat.isFile() && stat.nlink > 1) this.#inodes.add(stat.ino);
  }

  /** Whether the file is as it was seen, but for names that it has, or had, elsewhere. */
  isUnchanged(now: Stats, seen: FileTimes): boolean {
    if (sameFile(now, seen)) return true;
    const isRelinked = now.isFile() && (now.nlink > 1 || this.#inodes.has(now.ino));
    return isRelinked && now.size === seen.size && now.mtimeMs === seen.mtimeMs && now.ino === seen.ino;
  }
}
