import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MloError } from '../core/errors/mlo-error.ts';
import { readStdin } from './read-stdin.ts';

/**
 * Paths from `--from`: a file, or stdin for `-`. Between the paths are NUL bytes (`find -print0`), or line ends
 * where there is no NUL. Names are taken as they are, never as patterns.
 */
export async function readPathList(from: string, cwd: string): Promise<readonly string[]> {
  const bytes = from === '-' ? await readStdin() : readListFile(from, cwd);
  if (!isUtf8(bytes)) {
    throw new MloError('MLO_PATH_UNSAFE', `The list of --from ${from} holds a path that is not UTF-8`, {
      hint: 'Rename that file, or put it into a folder and add the folder: in there every name is kept.',
    });
  }
  const text = bytes.toString('utf8');
  return (text.includes('\0') ? text.split('\0') : text.split(/\r?\n/)).filter((path) => path !== '');
}

function readListFile(from: string, cwd: string): Buffer {
  try {
    return readFileSync(resolve(cwd, from));
  } catch (cause) {
    throw new MloError('MLO_USAGE', `--from ${from}: cannot read that list: ${(cause as Error).message}`, {
      hint: 'For a list on stdin: --from -',
      cause,
    });
  }
}
