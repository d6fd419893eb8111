import { readdirSync } from 'node:fs';
import { asIoError, isErrno } from './errno.ts';

/** Names in a folder of mlo's own, in no order; none where there is no such folder. Throws MLO_CACHE_IO. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw asIoError(error, 'read the folder', folder);
  }
}
