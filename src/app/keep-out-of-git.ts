import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isErrno } from '../fs/errno.ts';
import { writeFileAtomic } from '../fs/write-atomic.ts';

/** What is ignored of `.mlo`: everything but the committed configuration. */
export const MLO_GITIGNORE = '/*\n!/.gitignore\n!/config.yaml\n';

/** Before anything else is written into a `.mlo`: Git would take the cache, and secrets. Makes the folder. Throws what node:fs throws. */
export function keepOutOfGit(mloDir: string): void {
  if (!isKeptOutOfGit(mloDir)) writeFileAtomic(join(mloDir, '.gitignore'), MLO_GITIGNORE);
}

/** An empty `.gitignore`, as a full disk or a power loss leaves one, keeps nothing out. */
export function isKeptOutOfGit(mloDir: string): boolean {
  try {
    const stat = statSync(join(mloDir, '.gitignore'), { throwIfNoEntry: false });
    return stat !== undefined && !(stat.isFile() && stat.size === 0);
  } catch (error) {
    if (isErrno(error)) return false;
    throw error;
  }
}
