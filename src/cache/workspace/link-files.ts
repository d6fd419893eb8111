import { closeSync, constants, fchmodSync, fstatSync, lstatSync, openSync, type Stats } from 'node:fs';
import type { Digest } from '../../core/content.ts';
import { inFolder, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { digestText } from '../../fs/hash.ts';
import { digestOfRow, STATS, type FileTimes, type Rows } from '../../fs/stat-index/rows.ts';
import { OBJECT_MODE } from '../objects/loose-objects.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { LinkType } from '../types.ts';
import { placeLinkOver } from './links-to-objects.ts';
import { sameFile } from './read-file.ts';
import { lstat } from './read-path.ts';
import { sourceChanged } from './source-changed.ts';

/** Make stored files of one folder links to their objects. */
export interface LinkFilesJob {
  readonly kind: 'link-files';
  readonly folder: BytePath;
  /** Files alone, none of them empty or executable. What the store has of them is durable. */
  readonly rows: Rows;
  readonly link: readonly LinkType[];
}

export interface LinkedFiles {
  /** Rows whose files have another stat by what was done here: it says nothing about their bytes any more. */
  readonly touched: readonly number[];
  /** Rows of files that have other names and are not their objects, or cannot be opened: nothing was done to them. */
  readonly left: readonly number[];
}

/** Not waiting for the other end, should a FIFO have taken the place of a file. */
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Synchronous, for the same reason as scanNames. Throws MLO_SOURCE_CHANGED, MLO_CACHE_IO, MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT. */
export function linkFiles(store: ObjectStore, { folder, rows, link }: LinkFilesJob): LinkedFiles {
  const linker = new Linker(store, link);
  const touched: number[] = [];
  const left: number[] = [];
  rows.names.forEach((name, row) => {
    const [size = 0, mtimeMs = 0, ctimeMs = 0, ino = 0] = rows.stats.subarray(row * STATS, (row + 1) * STATS);
    const file = { path: inFolder(folder, name), digest: digestText(digestOfRow(rows, row)), seen: { size, mtimeMs, ctimeMs, ino } };
    const outcome = linker.link(file);
    if (outcome === 'left') left.push(row);
    else if (outcome === 'touched') touched.push(row);
  });
  return { touched, left };
}

interface StoredFile {
  readonly path: BytePath;
  readonly digest: Digest;
  /** As it was when its bytes were read, or known without reading. */
  readonly seen: FileTimes;
}

type Outcome = 'same' | 'touched' | 'left';

class Linker {
  readonly #store: ObjectStore;
  readonly #link: readonly LinkType[];
  readonly #mode = OBJECT_MODE & ~process.umask();
  /** Until one failed: with some file systems that is only seen by trying. */
  #canAdopt = true;
  #canLink = true;

  constructor(store: ObjectStore, link: readonly LinkType[]) {
    this.#store = store;
    this.#link = link;
  }

  link(file: StoredFile): Outcome {
    if (!this.#canLink) return 'same';
    const handle = openSame(file.path);
    if (handle === undefined) return 'left';
    try {
      const stat = fstatSync(handle);
      if (stat.nlink > 1) return this.#isObject(file, stat) ? 'same' : 'left';
      if (!stat.isFile() || !sameFile(stat, file.seen)) throw sourceChanged(file.path);
      return this.#linkOwn(file, handle, stat);
    } catch (error) {
      // Where something else lies there by now, that is why it failed.
      throw isThere(file) ? asIoError(error, 'link', toDisplayPath(file.path)) : sourceChanged(file.path);
    } finally {
      closeSync(handle);
    }
  }

  #isObject({ digest }: StoredFile, { ino, dev }: Stats): boolean {
    const object = lstatSync(this.#store.loose.pathOf(digest), { throwIfNoEntry: false });
    return object?.ino === ino && object.dev === dev;
  }

  /** A file with one name. */
  #linkOwn(file: StoredFile, handle: number, stat: Stats): Outcome {
    const { loose } = this.#store;
    const adopts = this.#canAdopt && !this.#store.isLoose(stat.size) && loose.sizeOf(file.digest) === undefined;
    const now = adopts ? this.#adopt(file, handle, stat) : stat;
    if (now.nlink === 1) return this.#replace(file, now, objectToLink(this.#store, file.digest, stat.size, toDisplayPath(file.path)));
    return this.#link[0] === 'hardlink' ? 'touched' : this.#replace(file, now, loose.pathOf(file.digest));
  }

  /** The file becomes the object by a second name, and nothing is written; it keeps one name where that is not possible. */
  #adopt({ path, digest, seen }: StoredFile, handle: number, { mode }: Stats): Stats {
    if (!trySetMode(handle, this.#mode)) return fstatSync(handle);
    const outcome = this.#store.loose.linkCopy(toSystemPath(path), digest);
    if (outcome === 'unable') this.#canAdopt = false;
    if (outcome !== 'linked') fchmodSync(handle, mode & 0o7777);
    const now = fstatSync(handle);
    const isSame = now.size === seen.size && now.mtimeMs === seen.mtimeMs && now.nlink > 1 === (outcome === 'linked');
    if (isSame) return now;
    // Another file, or other bytes, may have become the object: reading it sets it aside then.
    fchmodSync(handle, mode & 0o7777);
    this.#store.loose.read(digest);
    throw sourceChanged(path);
  }

  /** A link takes the place of the file, which is as `now` says. */
  #replace({ path, seen }: StoredFile, now: Stats, object: string): Outcome {
    const placed = placeLinkOver(this.#link, object, path, () => {
      const last = lstatSync(toSystemPath(path), { throwIfNoEntry: false });
      if (last === undefined || !sameFile(last, now)) throw sourceChanged(path);
    });
    if (placed) return 'touched';
    this.#canLink = false;
    return now.ctimeMs === seen.ctimeMs ? 'same' : 'touched';
  }
}

/** The file of an object that will take the place of a stored file; a small one is read first, for it may be a copy that a power loss tore. */
export function objectToLink(store: ObjectStore, digest: Digest, size: number, path: string): string {
  if (store.isLoose(size)) store.loosen(digest, path);
  else store.readLoose(digest, path);
  return store.loose.pathOf(digest);
}

/** Its bytes, for all that the stat says. */
function isThere({ path, seen }: StoredFile): boolean {
  const now = lstat(path);
  return now?.size === seen.size && now.mtimeMs === seen.mtimeMs && now.ino === seen.ino;
}

/** Undefined where it may not be read. */
function openSame(path: BytePath): number | undefined {
  try {
    return openSync(toSystemPath(path), READ_ONLY);
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM')) return undefined;
    throw isErrno(error, 'ENOENT', 'ELOOP', 'ENOTDIR', 'ENXIO') ? sourceChanged(path) : asIoError(error, 'read', toDisplayPath(path));
  }
}

/** False where the file belongs to another user, or the file system keeps no modes. */
function trySetMode(file: number, mode: number): boolean {
  try {
    fchmodSync(file, mode);
    return true;
  } catch (error) {
    if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error;
    return false;
  }
}
