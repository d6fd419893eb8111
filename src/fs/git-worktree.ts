import { lstatSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isErrno } from './errno.ts';

/** A checkout made by `git worktree add`. */
export interface LinkedWorktree {
  /** Absolute. */
  readonly top: string;
  /** Top of the main checkout of the same repository. */
  readonly mainTop: string;
}

/**
 * The linked worktree that a folder lies in; undefined in a main checkout, a submodule, a worktree of a bare repository,
 * and outside Git. Only files are read: `.git` there is a file that names a folder with a `commondir`.
 */
export function linkedWorktree(folder: string): LinkedWorktree | undefined {
  const dotGit = join(folder, '.git');
  const stat = lstatSync(dotGit, { throwIfNoEntry: false });
  if (stat === undefined) {
    const parent = dirname(folder);
    return parent === folder ? undefined : linkedWorktree(parent);
  }
  const gitDir = stat.isFile() ? /^gitdir: (.+)$/m.exec(readText(dotGit) ?? '')?.[1]?.trim() : undefined;
  if (gitDir === undefined) return undefined;
  const absolute = resolve(folder, gitDir);
  const common = readText(join(absolute, 'commondir'))?.trim();
  if (common === undefined || common === '') return undefined;
  const commonDir = resolve(absolute, common);
  return basename(commonDir) === '.git' ? { top: folder, mainTop: dirname(commonDir) } : undefined;
}

/** The same folder in the main checkout. */
export function inMainCheckout({ top, mainTop }: LinkedWorktree, folder: string): string {
  return join(mainTop, relative(top, folder));
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
}
