import { chmodSync, constants, copyFileSync, linkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { isErrno } from './errno.ts';
import { temporaryName } from './temporary-name.ts';
import { asBytePath, folderOf, inFolder, toSystemPath, type BytePath } from './byte-path.ts';

/** What file systems answer where they cannot clone or link. */
const UNABLE = ['ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOSYS', 'ENOTTY', 'EPERM', 'EMLINK'];

/** True: `to`, a path where nothing lies, shares the blocks of `from`, with these permission bits. False: this file system cannot. */
export function tryReflink(from: string | Buffer, to: string | Buffer, mode: number): boolean {
  return attempt(() => {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    chmodSync(to, mode);
  }, to);
}

/** True: `to`, a path where nothing lies, is another name of the file `from`. False: it cannot be. */
export function tryHardlink(from: string | Buffer, to: string | Buffer): boolean {
  return attempt(() => linkSync(from, to), to);
}

/** `linked`: `to` is another name of the file `from`. `exists`: something lies at `to`, and stays. `unable`: it cannot be. */
export function tryNewName(from: string | Buffer, to: string): 'linked' | 'exists' | 'unable' {
  try {
    linkSync(from, to);
    return 'linked';
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return 'exists';
    if (isErrno(error, ...UNABLE)) return 'unable';
    throw error;
  }
}

/** True: `to`, a path where nothing lies, is a symlink to the absolute path `from`. False: it cannot be. */
export function trySymlink(from: string, to: string | Buffer): boolean {
  return attempt(() => symlinkSync(from, to), to);
}

/** A path beside `path` for content that will be renamed to it. */
export function temporaryBeside(path: BytePath): BytePath {
  return inFolder(folderOf(path), asBytePath(temporaryName()));
}

/** `temporary` takes the place of whatever file lies at `path`. */
export function moveIntoPlace(temporary: BytePath, path: BytePath): void {
  renameSync(toSystemPath(temporary), toSystemPath(path));
}

function attempt(work: () => void, to: string | Buffer): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!isErrno(error, ...UNABLE)) throw error;
    rmSync(to, { force: true });
    return false;
  }
}
