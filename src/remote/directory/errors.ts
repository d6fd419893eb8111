import { MloError } from '../../core/errors/mlo-error.ts';
import { asIoError } from '../../fs/errno.ts';

/** In words that fit a remote, where those for any path do not. */
const WORDS: { readonly [code: string]: readonly [why: string, hint: string] } = {
  ENOENT: ['its folder is not there and cannot be made', 'Is the disk mounted? Is it the right path? mlo remote show'],
  EEXIST: ['a file lies where a folder is expected', 'Move the file away, or change the path: mlo remote modify <name> url <path>'],
  ENOTDIR: ['a file lies where a folder is expected', 'Move the file away, or change the path: mlo remote modify <name> url <path>'],
  EROFS: ['the file system is read-only', 'Pull works; for push mount it writable'],
  ENOSPC: [
    'no space left on the disk of the remote',
    'Free some space there (mlo gc --remote), then run the same command again: what arrived is not sent again',
  ],
  EDQUOT: [
    'the disk quota of the remote is used up',
    'Free some space there (mlo gc --remote), then run the same command again: what arrived is not sent again',
  ],
};

/** What node:fs throws as MLO_REMOTE. */
export async function withRemoteErrors<T>(doing: string, path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const told = asIoError(error, doing, path);
    if (!(told instanceof MloError) || told.code !== 'MLO_CACHE_IO') throw told;
    const [why, hint = told.hint] = WORDS[String(told.details['errno'])] ?? [];
    const message = why === undefined ? told.message : `Cannot ${doing} ${path}: ${why}`;
    throw new MloError('MLO_REMOTE', message, { details: told.details, ...(hint === undefined ? {} : { hint }) });
  }
}
