import { closeSync, fdatasync, fdatasyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { asIoError, isErrno, withIoErrors } from '../../fs/errno.ts';
import { syncFolder } from '../../fs/write-atomic.ts';

const syncData = promisify(fdatasync);

/** Makes a sealed pack survive a power loss. Blocks: for workers. */
export function syncPack(path: string): void {
  withIoErrors('write the pack', path, () => {
    const file = openSync(path, 'r');
    try {
      fdatasyncSync(file);
    } finally {
      closeSync(file);
    }
    syncFolder(dirname(path));
  });
}

/** The same for several packs of one folder. One that was rewritten meanwhile is durable under its new name. */
export async function syncPacks(folder: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await Promise.all(paths.map(async (path) => await syncOne(path)));
  withIoErrors('write the folder', folder, () => syncFolder(folder));
}

async function syncOne(path: string): Promise<void> {
  try {
    const file = await open(path, 'r');
    try {
      await syncData(file.fd);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw asIoError(error, 'write the pack', path);
  }
}
