import { fdatasync } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { asIoError, isErrno } from './errno.ts';

const syncData = promisify(fdatasync);

/** Makes the bytes of a file survive a power loss; one that is gone by now needs no more. `what` names it in MLO_CACHE_IO. */
export async function syncFile(path: string, what: string): Promise<void> {
  try {
    const file = await open(path, 'r');
    try {
      await syncData(file.fd);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw asIoError(error, `write ${what}`, path);
  }
}
