import type { Digest } from '../../core/content.ts';
import { decodeTree, type TreeRow } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { openStore } from '../open-store.ts';

/** Rows of tree objects of a cache that is only read; undefined where the tree is missing or broken. */
export function treeReader(cacheDir: string): (digest: Digest) => readonly TreeRow[] | undefined {
  const { store } = openStore({ cacheDir, readOnly: true });
  return (digest) => {
    try {
      return decodeTree(store.read(digest).toString('latin1'), digest);
    } catch (error) {
      if (error instanceof MloError) return undefined;
      throw error;
    }
  };
}
