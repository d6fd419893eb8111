import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { asIoError, isErrno } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import { realPathOf } from '../../fs/real-path.ts';
import { writeFileAtomic } from '../../fs/write-atomic.ts';
import { namesIn } from '../../fs/names-in.ts';

/** A project whose locks, pointers and runs name objects of a cache. */
export interface CacheUser {
  /** Absolute path of the project root. */
  readonly root: string;
  /** False where no folder is there now: deleted, moved, or on a disk that is not mounted. */
  readonly isThere: boolean;
  /** The file that says so; absent for the project that the cache lies in. */
  readonly file?: string;
}

const FOLDER = 'projects';

/**
 * Notes in the cache that this project uses it, so that whoever deletes objects asks all that may need them. For projects
 * that the cache does not lie in: own `cache.dir` settings, links in place of `.mlo/cache`, and Git worktrees. One small file each, written once.
 */
export function registerProject(cacheDir: string, root: string): void {
  if (realPathOf(root) === ownerOf(cacheDir)) return;
  const file = join(cacheDir, FOLDER, `${hashBytes(Buffer.from(root)).slice(0, 16)}.json`);
  if (existsSync(file)) return;
  try {
    writeFileAtomic(file, `${JSON.stringify({ root, schema: 1 })}\n`, { durable: true, shared: true });
  } catch (error) {
    throw asIoError(error, 'register the project in the cache', cacheDir);
  }
}

/** All projects that are known to use the cache, sorted by root. A file that cannot be understood is named by `unreadable`. */
export function cacheUsers(cacheDir: string): { readonly users: readonly CacheUser[]; readonly unreadable: readonly string[] } {
  const owner = ownerOf(cacheDir);
  const users: CacheUser[] = owner === undefined ? [] : [{ root: owner, isThere: existsSync(owner) }];
  const unreadable: string[] = [];
  for (const file of registrations(cacheDir)) {
    const root = readRoot(file);
    if (root === undefined) unreadable.push(file);
    else if (realPathOf(root) !== owner) users.push({ root, isThere: existsSync(root), file });
  }
  return { users: users.sort((a, b) => (a.root < b.root ? -1 : 1)), unreadable };
}

/** The project that a cache lies in, where it lies in its usual place; of one that is a link, where it leads. */
function ownerOf(cacheDir: string): string | undefined {
  const folder = realPathOf(cacheDir);
  return folder.endsWith('/.mlo/cache') ? dirname(dirname(folder)) : undefined;
}

function registrations(cacheDir: string): readonly string[] {
  const folder = join(cacheDir, FOLDER);
  return namesIn(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name));
}

function readRoot(file: string): string | undefined {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as { root?: unknown } | null;
    return typeof value?.root === 'string' ? value.root : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isErrno(error)) return undefined;
    throw error;
  }
}
