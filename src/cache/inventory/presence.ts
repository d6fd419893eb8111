import type { Digest } from '../../core/content.ts';
import { openStore } from '../open-store.ts';

/** Whether some place of the cache has the object; its bytes are not read. */
export function presence(cacheDir: string): (digest: Digest) => Promise<boolean> {
  const { store } = openStore({ cacheDir, readOnly: true });
  return (digest) => Promise.resolve(store.hasAny(digest));
}
