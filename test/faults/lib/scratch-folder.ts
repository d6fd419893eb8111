import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const MEMORY = '/dev/shm';
/** Containers have 64 MiB there by default. */
const ENOUGH_BYTES = 2 ** 30;
const folders: string[] = [];

/** An own empty folder in memory where the machine has such a place: thousands of commands need not wait for its disk. Removed at the end. */
export function scratchFolder(name = 'mlo-fault-'): string {
  const folder = mkdtempSync(join(hasMemory() ? MEMORY : realpathSync(tmpdir()), name));
  folders.push(folder);
  return folder;
}

function hasMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}

/** A copy of a folder to do something to, with its times and its hard links; the same place as above. */
export function scratchCopy(folder: string, name?: string): string {
  const copy = scratchFolder(name);
  execFileSync('cp', ['-a', `${folder}/.`, copy]);
  return copy;
}

afterAll(() => {
  if (process.env['MLO_TEST_KEEP'] !== undefined) return;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
