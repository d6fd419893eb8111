import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFile } from '../../../fs/sync-file.ts';
import { syncFolder } from '../../../fs/write-atomic.ts';

/** Where the folder that is replaced stays until the new one is in its place. */
function placeBefore(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.before`);
}

/**
 * Puts what `write` writes in the place of `folder`. At every moment a complete folder is there, under its own name or, for the instant between two
 * renames, as `.<name>.before`, from where `recoverFolder` brings it back.
 */
export async function replaceFolder(folder: string, write: (place: string) => Promise<void>): Promise<void> {
  await recoverFolder(folder);
  const next = join(dirname(folder), `.${basename(folder)}.next`);
  await rm(next, { recursive: true, force: true });
  await mkdir(next, { recursive: true });
  try {
    await write(next);
    for (const name of await readdir(next)) await syncFile(join(next, name), 'a checkpoint');
    syncFolder(next);
    const before = placeBefore(folder);
    if (existsSync(folder)) await rename(folder, before);
    await rename(next, folder);
    syncFolder(dirname(folder));
    await rm(before, { recursive: true, force: true });
  } catch (error) {
    await rm(next, { recursive: true, force: true });
    await recoverFolder(folder);
    throw error;
  }
}

/** Ends what a killed process began. */
export async function recoverFolder(folder: string): Promise<void> {
  const before = placeBefore(folder);
  if (!existsSync(before)) return;
  if (existsSync(folder)) await rm(before, { recursive: true, force: true });
  else await rename(before, folder);
}
