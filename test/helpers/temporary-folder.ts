import { spawnSync } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders: string[] = [];

/** An own empty folder, without symlinks in its path, which has a letter that is not ASCII as those of many users do; removed when the test file ends. */
export async function temporaryFolder(name = 'mlo-tést-'): Promise<string> {
  const folder = await mkdtemp(join(await realpath(tmpdir()), name));
  folders.push(folder);
  return folder;
}

export async function removeTemporaryFolders(): Promise<void> {
  for (const folder of folders.splice(0)) {
    if (process.env['MLO_TEST_KEEP'] !== undefined) process.stderr.write(`kept ${folder}\n`);
    else await removeTree(folder);
  }
}

/** Read-only folders (a linked cache, a permission test) must not stop the clean-up. */
async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    spawnSync('chmod', ['-R', 'u+rwX', folder]);
    await rm(folder, { recursive: true, force: true });
  }
}
