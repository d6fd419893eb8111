import { closeSync, fstatSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from '../errno.ts';
import { makeFolder } from '../make-folder.ts';
import { temporaryName } from '../temporary-name.ts';
import { FINE_TICK_MS } from './trust.ts';

/** A network file system stamps files with its server's clock: one new file tells how far that is from ours, in milliseconds. */
export function measureClockOffset(folder: string): number {
  const probe = join(folder, temporaryName());
  try {
    makeFolder(folder);
    const handle = openSync(probe, 'wx');
    try {
      const offset = fstatSync(handle).ctimeMs - Date.now();
      return Math.abs(offset) < FINE_TICK_MS ? 0 : offset;
    } finally {
      closeSync(handle);
      rmSync(probe, { force: true });
    }
  } catch (error) {
    if (isErrno(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT')) return 0;
    throw error;
  }
}
