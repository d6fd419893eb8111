import { closeSync, fstatSync, openSync, type Stats } from 'node:fs';
import { toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { asIoError } from '../../fs/errno.ts';
import { writeAll } from '../../fs/write-atomic.ts';

export interface FileToWrite {
  /** Where nothing lies. */
  readonly temporary: BytePath;
  /** Where it will go, for messages. */
  readonly path: BytePath;
  /** What messages have instead of the path. */
  readonly shown?: string;
  /** Permission bits before the umask. */
  readonly mode: number;
}

/** Writes a file, and returns its stat, after `before` was done with the whole file. Throws MLO_CACHE_IO. */
export function writeFile({ temporary, path, shown, mode }: FileToWrite, bytes: Uint8Array, before?: () => void): Stats {
  try {
    const file = openSync(toSystemPath(temporary), 'wx', mode);
    try {
      writeAll(file, bytes);
      before?.();
      return fstatSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw asIoError(error, 'write', shown ?? toDisplayPath(path));
  }
}
