import { readFileSync } from 'node:fs';
import { isErrno } from './errno.ts';
import { writeFileAtomic } from './write-atomic.ts';

/*
 * Files of others that get a line of ours (`.gitignore`, hooks of Git) need not be UTF-8. Here their text has one character
 * (U+0000 to U+00FF) for each byte, so that every other line is written as it was read.
 */

/** Undefined where there is no such file. Throws what node:fs throws. */
export function readByteText(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** As `writeFileAtomic`. */
export function writeByteText(file: string, text: string): void {
  writeFileAtomic(file, Buffer.from(text, 'latin1'));
}

export function toByteText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

export function fromByteText(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}
