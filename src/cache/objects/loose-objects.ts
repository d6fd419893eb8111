import { closeSync, fdatasync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Digest } from '../../core/content.ts';
import { asIoError, isErrno, withIoErrors } from '../../fs/errno.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import { syncFolder, writeAll } from '../../fs/write-atomic.ts';
import type { CorruptFolder } from './corrupt-folder.ts';
import type { ObjectSink, ObjectSource } from './ports.ts';
import { makeFolder } from '../../fs/make-folder.ts';

const syncData = promisify(fdatasync);
const SYNCS_AT_ONCE = 8;
/** Objects are never changed, and hard-linked ones must not be changed through their other name. */
export const OBJECT_MODE = 0o444;

/** One read-only file an object: `<folder>/ab/<other 62 hex digits>`. */
export class LooseObjects implements ObjectSource, ObjectSink {
  readonly folder: string;
  readonly #corrupt: CorruptFolder;
  #unsynced = new Set<string>();

  constructor(folder: string, corrupt: CorruptFolder) {
    this.folder = folder;
    this.#corrupt = corrupt;
  }

  pathOf(digest: Digest): string {
    return join(this.folder, digest.slice(0, 2), digest.slice(2));
  }

  sizeOf(digest: Digest): number | undefined {
    const path = this.pathOf(digest);
    const stat = withIoErrors('look for the object', path, () => statSync(path, { throwIfNoEntry: false }));
    return stat?.isFile() === true ? stat.size : undefined;
  }

  fileOf(digest: Digest): string | undefined {
    return this.sizeOf(digest) === undefined ? undefined : this.pathOf(digest);
  }

  read(digest: Digest): Buffer | undefined {
    const path = this.pathOf(digest);
    try {
      return readFileSync(path);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined;
      throw asIoError(error, 'read the object', path);
    }
  }

  /** Files show at once. */
  refresh(): boolean {
    return false;
  }

  setAside(digest: Digest): void {
    if (this.sizeOf(digest) !== undefined) this.#corrupt.keepFile(digest, this.pathOf(digest));
  }

  put(digest: Digest, bytes: Uint8Array): void {
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
    this.adopt(temporary, digest);
  }

  push(): void {
    // Files are written at once.
  }

  /** A path in the store's own file system for bytes whose digest is not known yet. */
  newTemporary(): string {
    withIoErrors('write to the cache folder', this.folder, () => makeFolder(this.folder));
    return join(this.folder, temporaryName());
  }

  /** The finished file at `temporary` becomes the object. */
  adopt(temporary: string, digest: Digest): void {
    const path = this.pathOf(digest);
    withIoErrors('write the object', path, () => renameIntoFolder(temporary, path));
    this.#unsynced.add(path);
  }

  async flush(): Promise<void> {
    const paths = [...this.#unsynced];
    const folders = new Set(paths.map((path) => dirname(path)));
    this.#unsynced = new Set();
    const lanes = Array.from({ length: Math.min(SYNCS_AT_ONCE, paths.length) }, async () => {
      for (let path = paths.pop(); path !== undefined; path = paths.pop()) await syncFile(path);
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
    makeFolder(dirname(path));
    renameSync(temporary, path);
  }
}

/** Another command may have set the object aside meanwhile. */
async function syncFile(path: string): Promise<void> {
  try {
    const file = await open(path, 'r');
    try {
      await syncData(file.fd);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw asIoError(error, 'write the object', path);
  }
}
