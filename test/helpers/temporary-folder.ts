import { spawnSync } from 'node:child_process';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/** An own empty folder, without symlinks in its path, which has a letter that is not ASCII as those of many users do; removed when the test file ends. */
export async function temporaryFolder(name = 'mlo-tést-'): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), name));
  folders.push(folder);
  return folder;
}

/** By a process of its own: that of the tests may have threads and file operations of commands that run in it, and waits for none of them here. */
export function removeTemporaryFolders(): void {
  const all = folders.splice(0);
  if (process.env['MLO_TEST_KEEP'] !== undefined) for (const folder of all) process.stderr.write(`kept ${folder}\n`);
  else if (all.length > 0 && !remove(all).isGone) {
    // Read-only folders: a linked cache, a permission test.
    spawnSync('chmod', ['-R', 'u+rwX', ...all]);
    const { isGone, why } = remove(all);
    if (!isGone) throw new Error(`temporary folders are left: ${why}`);
  }
}

function remove(all: readonly string[]): { readonly isGone: boolean; readonly why: string } {
  const { status, stderr } = spawnSync('rm', ['-rf', '--', ...all], { encoding: 'utf8' });
  return { isGone: status === 0, why: stderr };
}
