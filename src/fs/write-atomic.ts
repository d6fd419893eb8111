import { closeSync, fdatasyncSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isErrno } from './errno.ts';
import { temporaryName } from './temporary-name.ts';
import { makeFolder } from './make-folder.ts';
import { makeSharedFolder, shareFile } from './shared-folder.ts';

export interface WriteAtomicOptions {
  /** Permission bits before the umask; default 0o666. */
  readonly mode?: number;
  /** The bytes and the name survive a power loss once this returns. */
  readonly durable?: boolean;
  /** Where the group may write to the folder, it may read the file too, whatever the umask. */
  readonly shared?: boolean;
}

/**
 * What is given to one call of the operating system at most, bytes. For a longer write Linux looks for a longer run of free memory: on a
 * virtual machine 1 GiB took 0.7 s in writes of 32 KiB, and 2 to 4 s in writes of 256 KiB and more.
 */
const LARGEST_WRITE = 32 * 1024;

/**
 * Readers see the old file or the new one, never a part. Makes missing folders. Of several parts the file has one after the
 * other. Throws what node:fs throws.
 */
export function writeFileAtomic(path: string, data: string | Uint8Array | readonly Uint8Array[], options: WriteAtomicOptions = {}): void {
  const folder = dirname(path);
  const temporary = join(folder, temporaryName());
  const file = openInFolder(temporary, folder, options);
  try {
    try {
      if (options.shared === true) shareFile(file, folder);
      for (const part of partsOf(data)) writeAll(file, part);
      if (options.durable === true) fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  if (options.durable === true) syncFolder(folder);
}

function partsOf(data: string | Uint8Array | readonly Uint8Array[]): readonly Uint8Array[] {
  if (typeof data === 'string') return [Buffer.from(data)];
  return data instanceof Uint8Array ? [data] : data;
}

/** `writeSync` may write less than it was given. */
export function writeAll(file: number, bytes: Uint8Array, position?: number): void {
  let done = 0;
  while (done < bytes.length) {
    done += writeSync(file, bytes, done, Math.min(bytes.length - done, LARGEST_WRITE), position === undefined ? null : position + done);
  }
}

/** Makes the names in a folder survive a power loss. */
export function syncFolder(folder: string): void {
  syncFileNow(folder);
}

/** Makes the bytes of a file survive a power loss, and those of a folder: its names. */
export function syncFileNow(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function openInFolder(path: string, folder: string, { mode = 0o666, shared = false }: WriteAtomicOptions): number {
  try {
    return openSync(path, 'wx', mode);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    if (shared) makeSharedFolder(folder);
    else makeFolder(folder);
    return openSync(path, 'wx', mode);
  }
}
