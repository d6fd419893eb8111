import { existsSync, readdirSync, renameSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncFileNow, syncFolder } from '../../../fs/write-atomic.ts';
import { quietly } from '../../module/quiet.ts';

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
    // These are no reads of the stage.
    quietly(() => {
      for (const name of readdirSync(next)) syncFileNow(join(next, name));
      syncFolder(next);
      if (existsSync(folder)) renameSync(folder, placeBefore(folder));
      renameSync(next, folder);
      syncFolder(dirname(folder));
    });
    await rm(placeBefore(folder), { recursive: true, force: true });
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
  else quietly(() => renameSync(before, folder));
}
