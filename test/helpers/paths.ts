import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { skipTest } from './skip.ts';

/** Of this repository, without a final slash. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const LAUNCHER = join(REPOSITORY, 'bin', 'mlo.js');

/** A file or folder of the data that lies beside the clone (`../shared/data`); skips the test where it is not there. */
export function sharedData(path: string): string {
  const full = join(REPOSITORY, '..', 'shared', 'data', path);
  if (!existsSync(full)) skipTest(`../shared/data/${path} is not beside this clone`);
  return full;
}
