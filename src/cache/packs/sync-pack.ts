import { withIoErrors } from '../../fs/errno.ts';
import { syncFile } from '../../fs/sync-file.ts';
import { syncFolder } from '../../fs/write-atomic.ts';

/** Makes sealed packs of one folder survive a power loss. One that was rewritten meanwhile is durable under its new name. */
export async function syncPacks(folder: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  await Promise.all(paths.map(async (path) => await syncFile(path, 'the pack')));
  withIoErrors('write the folder', folder, () => syncFolder(folder));
}
