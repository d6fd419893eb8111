import { lstatSync, type Dirent } from 'node:fs';
import { isDigest, type Digest } from '../../core/content.ts';
import type { ProjectPath } from '../../core/stage.ts';
import { readEntries, readTarget } from '../../fs/byte-names.ts';
import { inFolder, toBytePath, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { absolutePath } from '../paths.ts';

/** Where a link of `cache.link: symlink` leads, whichever way the cache's folder is written. */
const TO_OBJECT = /\/objects\/([0-9a-f]{2})\/([0-9a-f]{62})$/;
/** Not searched below the root unless something in them is tracked. */
const NEVER_LINKED = new Set(['.git', '.mlo', 'node_modules']);

/**
 * The objects that symlinks of a workspace lead to, whatever locks and pointers name now: after `git checkout` the links are
 * still those of another version, and each object is the only copy of what they show. Looked at are tracked paths, and all
 * else below the root, for the pointer itself may be gone. Only names are read, and links.
 * `onNames`: called for each folder with the number of names read so far. Throws MLO_CACHE_IO where a folder with tracked data cannot be read.
 */
export function workspaceLinks(
  root: string,
  tracked: readonly ProjectPath[],
  onNames: (count: number) => void = () => {},
): readonly Digest[] {
  const search = new LinkSearch(onNames);
  for (const path of new Set(tracked)) search.at(toBytePath(absolutePath(root, path)));
  search.below(toBytePath(root));
  return [...search.found];
}

class LinkSearch {
  readonly found = new Set<Digest>();
  readonly #searched = new Set<BytePath>();
  readonly #onNames: (count: number) => void;
  #names = 0;

  constructor(onNames: (count: number) => void) {
    this.#onNames = onNames;
  }

  at(path: BytePath): void {
    const stat = unlessGone('look at', path, () => lstatSync(toSystemPath(path), { throwIfNoEntry: false }));
    if (stat?.isSymbolicLink() === true) this.#follow(path);
    else if (stat?.isDirectory() === true) this.#walk(path, { isTracked: true });
  }

  below(root: BytePath): void {
    this.#walk(root, { isTracked: false });
  }

  #walk(top: BytePath, { isTracked }: { readonly isTracked: boolean }): void {
    const folders = [top];
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      if (this.#searched.has(folder)) continue;
      const entries = entriesOf(folder, isTracked);
      this.#searched.add(folder);
      this.#names += entries.length;
      this.#onNames(this.#names);
      for (const entry of entries) {
        const path = inFolder(folder, entry.name);
        if (entry.isSymbolicLink()) this.#follow(path);
        else if (entry.isDirectory() && (isTracked || !NEVER_LINKED.has(entry.name))) folders.push(path);
      }
    }
  }

  #follow(link: BytePath): void {
    const target = unlessGone('read the link', link, () => readTarget(link));
    const [, prefix, rest] = TO_OBJECT.exec(target ?? '') ?? [];
    const digest = `${prefix}${rest}`;
    if (isDigest(digest)) this.found.add(digest);
  }
}

/** `isTracked`: a folder that may not be read is an error, for links in it would dangle unseen. */
function entriesOf(folder: BytePath, isTracked: boolean): readonly Dirent<BytePath>[] {
  if (isTracked) return unlessGone('read the folder', folder, () => readEntries(folder)) ?? [];
  try {
    return readEntries(folder);
  } catch (error) {
    if (isErrno(error)) return [];
    throw error;
  }
}

function unlessGone<T>(doing: string, path: BytePath, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EINVAL')) return undefined;
    throw asIoError(error, doing, toDisplayPath(path));
  }
}
