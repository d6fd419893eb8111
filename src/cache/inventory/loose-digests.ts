import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDigest, type Digest } from '../../core/content.ts';
import { asIoError, isErrno } from '../../fs/errno.ts';

/** Digests of all loose objects, by name alone: nothing is opened. Throws MLO_CACHE_IO. */
export function* looseDigests(folder: string): Generator<Digest> {
  for (const prefix of namesIn(folder)) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
    for (const rest of namesIn(join(folder, prefix))) {
      const digest = `${prefix}${rest}`;
      if (isDigest(digest)) yield digest;
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return [];
    throw asIoError(error, 'read the folder', folder);
  }
}
