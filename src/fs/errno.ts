import { MloError } from '../core/errors/mlo-error.ts';

const HINTS: { readonly [code: string]: string } = {
  ENOSPC: 'Free some space on that disk, then run the command again: finished work is kept',
  EDQUOT: 'Your disk quota is used up; free some space, then run the command again',
  EACCES: 'Check the owner and the permissions of that path',
  EPERM: 'Check the owner and the permissions of that path',
  EROFS: 'That file system is read-only; set `cache.dir` to a folder on another one',
  EIO: 'The disk reports errors; check it before anything else',
  EMFILE: 'Too many open files; raise the limit with `ulimit -n 4096`',
  ENFILE: 'Too many open files on this machine; close other programs',
  ENAMETOOLONG: 'Use a shorter name: most file systems allow 255 bytes',
  ENOENT: 'Check the path, and the folders on the way',
  EEXIST: 'Move it away, or use another path',
  ENOTDIR: 'A file lies where a folder is expected; move it away',
  EISDIR: 'A folder lies where a file is expected; move it away',
  ELOOP: 'The path leads through symlinks in a circle, or through one that appeared meanwhile',
};

const WORDS: { readonly [code: string]: string } = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'it does not exist',
  EEXIST: 'something else lies there, or on the way there',
  ENOTDIR: 'a file lies where the path needs a folder',
  EISDIR: 'a folder lies where a file is expected',
  ENAMETOOLONG: 'a name in it is too long',
  ELOOP: 'symlinks lead in a circle, or one lies where none is expected',
};

/** libuv has no name for EDQUOT (Linux 122, macOS 69). */
const NAMELESS = new Map([
  [-122, 'EDQUOT'],
  [-69, 'EDQUOT'],
]);

/** The error is one of the operating system, with one of these codes (any code where none is given). */
export function isErrno(error: unknown, ...codes: readonly string[]): error is NodeJS.ErrnoException & { code: string } {
  if (!(error instanceof Error) || (error as NodeJS.ErrnoException).syscall === undefined) return false;
  const name = nameOf(error);
  return name !== undefined && (codes.length === 0 || codes.includes(name));
}

/** No room for new bytes, or no right to more, also where the error was told as MLO_CACHE_IO. */
export function isDiskFull(error: unknown): boolean {
  return isErrno(error instanceof MloError ? error.cause : error, 'ENOSPC', 'EDQUOT');
}

function nameOf({ code, errno }: NodeJS.ErrnoException): string | undefined {
  return code === 'UNKNOWN' ? (NAMELESS.get(errno ?? 0) ?? code) : code;
}

/**
 * An operating system error as MLO_CACHE_IO: "Cannot <doing> <path>: <why>". Errors that are not the
 * system's come back as they are, so that `throw asIoError(error, ...)` is always right.
 */
export function asIoError(error: unknown, doing: string, path: string): unknown {
  if (!isErrno(error)) return error;
  const code = nameOf(error) ?? error.code;
  const hint = HINTS[code];
  return new MloError('MLO_CACHE_IO', `Cannot ${doing} ${path}: ${reasonOfErrno(error)}`, {
    ...(hint === undefined ? {} : { hint }),
    details: { path, errno: code },
    cause: error,
  });
}

/** Why, in words, such as "permission denied (EACCES)". */
export function reasonOfErrno(error: NodeJS.ErrnoException & { code: string }): string {
  const code = nameOf(error) ?? error.code;
  return WORDS[code] === undefined ? error.message : `${WORDS[code]} (${code})`;
}

/** What to do about an error of the operating system, where that is known. */
export function hintOfErrno(error: unknown): { readonly hint?: string } {
  const hint = isErrno(error) ? HINTS[nameOf(error) ?? error.code] : undefined;
  return hint === undefined ? {} : { hint };
}

/** Runs `work`; errors of the operating system become MLO_CACHE_IO. */
export function withIoErrors<T>(doing: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asIoError(error, doing, path);
  }
}
