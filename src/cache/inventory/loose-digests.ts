import { join } from 'node:path';
import { isDigest, type Digest } from '../../core/content.ts';
import { namesIn } from '../../fs/names-in.ts';

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
