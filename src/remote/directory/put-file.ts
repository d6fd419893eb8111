import { constants, copyFileSync, existsSync, linkSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isErrno } from '../../fs/errno.ts';
import { makeSharedFolder } from '../../fs/shared-folder.ts';
import { temporaryName } from '../../fs/temporary-name.ts';
import { syncFolder } from '../../fs/write-atomic.ts';
import type { Body, PutResult } from '../port.ts';

/** Of a put whose folder is taken away again and again. */
const MOST_ATTEMPTS = 10;

/** Durable, whole or not at all, and never over what is there. Throws what node:fs throws. */
export async function putFile(path: string, body: Body): Promise<PutResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryToPut(path, body);
    } catch (error) {
      // Somebody who deleted the last key of the folder took it away between two steps.
      if (!isErrno(error, 'ENOENT') || attempt === MOST_ATTEMPTS || isMissingSource(body)) throw error;
    }
  }
}

function isMissingSource(body: Body): boolean {
  return !(body instanceof Uint8Array) && sizeOf(body.path) === undefined;
}

async function tryToPut(path: string, body: Body): Promise<PutResult> {
  if (sizeOf(path) !== undefined) return 'there';
  const folder = dirname(path);
  makeSharedFolder(folder);
  const temporary = join(folder, temporaryName());
  try {
    await writeDurably(temporary, body);
    return placeUnlessThere(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
    if (existsSync(folder)) syncFolder(folder);
  }
}

async function writeDurably(path: string, body: Body): Promise<void> {
  if (!(body instanceof Uint8Array)) copyFileSync(body.path, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const file = await open(path, body instanceof Uint8Array ? 'wx' : 'r');
  try {
    if (body instanceof Uint8Array) await file.writeFile(body);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** A hard link is the one way to take a name only where nobody has it. */
function placeUnlessThere(temporary: string, path: string): PutResult {
  try {
    linkSync(temporary, path);
    return 'written';
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return 'there';
    if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES', 'EXDEV')) throw error;
  }
  // File systems without hard links: what two write at once under one name is the same.
  if (sizeOf(path) !== undefined) return 'there';
  copyFileSync(temporary, path, constants.COPYFILE_EXCL);
  return 'written';
}

/** Bytes of the file; undefined where there is none. */
export function sizeOf(path: string): number | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.isFile() === true ? stat.size : undefined;
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) return undefined;
    throw error;
  }
}
