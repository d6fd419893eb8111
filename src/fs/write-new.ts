import { rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isErrno } from './errno.ts';
import { tryNewName } from './place.ts';
import { temporaryName } from './temporary-name.ts';
import { writeFileAtomic } from './write-atomic.ts';

/**
 * A file that appears whole or not at all, and never over another one: false where something lies there already. Makes missing
 * folders. Throws what node:fs throws.
 */
export function writeNewFile(path: string, data: string | Uint8Array): boolean {
  const temporary = join(dirname(path), temporaryName());
  writeFileAtomic(temporary, data);
  try {
    const result = tryNewName(temporary, path);
    return result === 'unable' ? writeWithoutLink(path, data) : result === 'linked';
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** On a file system without hard links: whole unless the process is killed right then. */
function writeWithoutLink(path: string, data: string | Uint8Array): boolean {
  try {
    writeFileSync(path, data, { flag: 'wx' });
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    rmSync(path, { force: true });
    throw error;
  }
}
