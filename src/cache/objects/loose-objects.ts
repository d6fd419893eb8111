import { chmodSync, closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDigest, type Digest } from '../../core/content.ts';
import { asIoError, isErrno, withIoErrors } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import { tryNewName } from '../../fs/place.ts';
import { readWhole } from '../../fs/read-whole.ts';
import { isSharedFolder, makeSharedFolder } from '../../fs/shared-folder.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import { syncFolder, writeAll } from '../../fs/write-atomic.ts';
import type { CorruptFolder } from './corrupt-folder.ts';
import type { ObjectSource, StoredObject } from './ports.ts';
import { namesIn } from '../../fs/names-in.ts';
import { syncFile } from '../../fs/sync-file.ts';

const SYNCS_AT_ONCE = 8;
/** Objects are never changed, and hard-linked ones must not be changed through their other name. */
export const OBJECT_MODE = 0o444;

/** One read-only file an object: `<folder>/ab/<other 62 hex digits>`. */
export class LooseObjects implements ObjectSource {
  readonly folder: string;
  readonly #corrupt: CorruptFolder | undefined;
  readonly #unsynced = new Set<string>();
  #isShared: boolean | undefined;

  /** Without `corrupt` broken objects stay where they are. */
  constructor(folder: string, corrupt: CorruptFolder | undefined) {
    this.folder = folder;
    this.#corrupt = corrupt;
  }

  pathOf(digest: Digest): string {
    // Not `join`: it costs as much as a system call.
    return `${this.folder}/${digest.slice(0, 2)}/${digest.slice(2)}`;
  }

  sizeOf(digest: Digest): number | undefined {
    const path = this.pathOf(digest);
    const stat = withIoErrors('look for the object', path, () => statSync(path, { throwIfNoEntry: false }));
    return stat?.isFile() === true ? stat.size : undefined;
  }

  fileOf(digest: Digest): string | undefined {
    return this.sizeOf(digest) === undefined ? undefined : this.pathOf(digest);
  }

  read(digest: Digest, onBroken?: () => void): Buffer | undefined {
    const path = this.pathOf(digest);
    try {
      const bytes = readFileSync(path);
      if (hashBytes(bytes) === digest) return bytes;
      onBroken?.();
      this.setAside(digest);
      return undefined;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw asIoError(error, 'read the object', path);
    }
  }

  /**
   * The file of an object of so many bytes (few), open, after all were read and found right. Undefined where there is none, and where
   * anything about it is odd, which `read` then looks into. The caller closes it.
   */
  openVerified(digest: Digest, size: number): number | undefined {
    const path = this.pathOf(digest);
    try {
      const file = openSync(path, 'r');
      let isRight = false;
      try {
        const bytes = readWhole(file, size);
        isRight = bytes.length === size && hashBytes(bytes) === digest;
        return isRight ? file : undefined;
      } finally {
        if (!isRight) closeSync(file);
      }
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw asIoError(error, 'read the object', path);
    }
  }

  /** Files show at once. */
  refresh(): boolean {
    return false;
  }

  /** The file was found broken: it is kept in `corrupt/`, and from now on it is not here. */
  setAside(digest: Digest): void {
    if (this.sizeOf(digest) !== undefined) this.#corrupt?.keepFile(digest, this.pathOf(digest));
  }

  /** Deletes the object's file; true where there was one. */
  remove(digest: Digest): boolean {
    if (this.sizeOf(digest) === undefined) return false;
    const path = this.pathOf(digest);
    withIoErrors('delete the object', path, () => rmSync(path, { force: true }));
    return true;
  }

  *objects(): Generator<StoredObject> {
    for (const prefix of namesIn(this.folder)) {
      if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
      for (const rest of namesIn(join(this.folder, prefix))) {
        const digest = `${prefix}${rest}`;
        if (!isDigest(digest)) continue;
        const size = this.sizeOf(digest);
        if (size !== undefined) yield { digest, size };
      }
    }
  }

  put(digest: Digest, bytes: Uint8Array): void {
    this.putCopy(digest, bytes);
    this.#unsynced.add(this.pathOf(digest));
  }

  /** Of an object that the store has elsewhere, durable: should a power loss tear this file, it is set aside when it is read. */
  putCopy(digest: Digest, bytes: Uint8Array): void {
    const temporary = this.newTemporary();
    withIoErrors('write the object', temporary, () => {
      try {
        const file = openSync(temporary, 'wx', OBJECT_MODE);
        try {
          writeAll(file, bytes);
        } finally {
          closeSync(file);
        }
      } catch (error) {
        rmSync(temporary, { force: true });
        throw error;
      }
    });
    this.#place(temporary, digest);
  }

  /**
   * The file at `path`, whole and with OBJECT_MODE, becomes the object by a second name: of one that the store has elsewhere, durable,
   * as with `putCopy`. `exists`: the store has a file of that object, good or bad. `unable`: a file there has no second name here.
   */
  linkCopy(path: string | Buffer, digest: Digest): 'linked' | 'exists' | 'unable' {
    const object = this.pathOf(digest);
    return withIoErrors('write the object', object, () => {
      try {
        return this.#linkCopy(path, object);
      } catch (error) {
        if (!isErrno(error, 'ENOENT')) throw error;
        makeSharedFolder(dirname(object));
        return this.#linkCopy(path, object);
      }
    });
  }

  /** A path in the store's own file system for bytes whose digest is not known yet. */
  newTemporary(): string {
    withIoErrors('write to the cache folder', this.folder, () => makeSharedFolder(this.folder));
    return join(this.folder, temporaryName());
  }

  /** The finished file at `temporary` becomes the object. */
  adopt(temporary: string, digest: Digest): void {
    this.#place(temporary, digest);
    this.#unsynced.add(this.pathOf(digest));
  }

  #linkCopy(path: string | Buffer, object: string): 'linked' | 'exists' | 'unable' {
    if ((this.#isShared ??= isSharedFolder(this.folder))) chmodSync(path, OBJECT_MODE);
    return tryNewName(path, object);
  }

  #place(temporary: string, digest: Digest): void {
    const path = this.pathOf(digest);
    withIoErrors('write the object', path, () => {
      if ((this.#isShared ??= isSharedFolder(this.folder))) chmodSync(temporary, OBJECT_MODE);
      renameIntoFolder(temporary, path);
    });
  }

  /** Objects that this thread has stored and not made durable; from now on that is the caller's to do. */
  takeUnsynced(): string[] {
    const paths = [...this.#unsynced];
    this.#unsynced.clear();
    return paths;
  }

  /** Objects that another thread of this process has stored, for the next `flush`. */
  noteUnsynced(paths: readonly string[]): void {
    for (const path of paths) this.#unsynced.add(path);
  }

  /** Makes all that was stored survive a power loss. */
  async flush(): Promise<void> {
    const paths = this.takeUnsynced();
    const folders = new Set(paths.map((path) => dirname(path)));
    const lanes = Array.from({ length: Math.min(SYNCS_AT_ONCE, paths.length) }, async () => {
      for (let path = paths.pop(); path !== undefined; path = paths.pop()) await syncFile(path, 'the object');
    });
    await Promise.all(lanes);
    if (folders.size > 0) folders.add(this.folder);
    for (const folder of folders) withIoErrors('write the cache folder', folder, () => syncFolder(folder));
  }
}

function renameIntoFolder(temporary: string, path: string): void {
  try {
    renameSync(temporary, path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    makeSharedFolder(dirname(path));
    renameSync(temporary, path);
  }
}
