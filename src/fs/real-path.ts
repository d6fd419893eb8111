import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { isErrno } from './errno.ts';

/** Where a path leads to; the path itself, absolute, where that cannot be told: nothing lies there, or a folder on the way may not be entered. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (isErrno(error)) return resolve(path);
    throw error;
  }
}
