import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tryHardlink, tryReflink } from '../../fs/place.ts';
import { reasonOf, type DoctorCheck } from './doctor-check.ts';

const GIB = 1024 ** 3;
const LITTLE_BYTES = GIB;
const TOO_LITTLE_BYTES = 50 * 1024 ** 2;

/** Full, or the user's share of it is. */
const NO_SPACE: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);
const FREE_SPACE = 'Free some space, or move the cache: mlo config set --local cache.dir <folder>';

/** Whether the cache can be written, how its files can come into the workspace, and how much fits into it. */
export function checkCache(root: string, cacheDir: string): readonly DoctorCheck[] {
  const folder = nearestFolder(cacheDir);
  return [checkWriting(root, cacheDir, folder), checkSpace(folder)];
}

function checkWriting(root: string, cacheDir: string, folder: string): DoctorCheck {
  try {
    return checkLinks(root, cacheDir, folder);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return {
      name: 'cache',
      status: 'fail',
      message: `${cacheDir} cannot be written: ${reasonOf(error)}`,
      fix: NO_SPACE.has(code) ? FREE_SPACE : 'Check its owner and permissions, or: mlo config set --local cache.dir <folder>',
    };
  }
}

/** Tried with a real file, because no file system says so beforehand. */
function checkLinks(root: string, cacheDir: string, folder: string): DoctorCheck {
  const inCache = mkdtempSync(join(folder, '.mlo-doctor-'));
  try {
    const inProject = mkdtempSync(join(root, '.mlo-doctor-'));
    try {
      const source = join(inCache, 'object');
      writeFileSync(source, 'a file to link');
      const reflink = tryReflink(source, join(inProject, 'reflink'), 0o644);
      const hardlink = tryHardlink(source, join(inProject, 'hardlink'));
      const ways = [...(reflink ? ['reflinks'] : []), 'copies', ...(hardlink ? ['hardlinks'] : []), 'symlinks'];
      const message = `${cacheDir} can be written; files come out as ${ways.join(', ')}`;
      return {
        name: 'cache',
        status: 'ok',
        message: reflink ? message : `${message} (no reflinks here: each checked out file takes its space again)`,
      };
    } finally {
      rmSync(inProject, { recursive: true, force: true });
    }
  } finally {
    rmSync(inCache, { recursive: true, force: true });
  }
}

function checkSpace(folder: string): DoctorCheck {
  let free: number;
  try {
    const { bavail, bsize } = statfsSync(folder);
    free = bavail * bsize;
  } catch (error) {
    return { name: 'space', status: 'warn', message: `The free space of the cache is not known: ${reasonOf(error)}` };
  }
  const message = `${(free / GIB).toFixed(1)} GiB free on the disk of the cache`;
  if (free >= LITTLE_BYTES) return { name: 'space', status: 'ok', message };
  return {
    name: 'space',
    status: free < TOO_LITTLE_BYTES ? 'fail' : 'warn',
    message,
    fix: FREE_SPACE,
  };
}

/** The cache itself is made by the first command that stores something. */
function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}
