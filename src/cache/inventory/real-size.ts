import type { Content, Digest } from '../../core/content.ts';
import { openStore } from '../open-store.ts';
import { treeReader } from './read-rows.ts';

/** What a cache that is only read has under a digest; undefined where it is missing or broken. */
export function sizeReader(cacheDir: string): (content: Content) => Pick<Content, 'size' | 'files'> | undefined {
  const { store } = openStore({ cacheDir, readOnly: true });
  const rowsOf = treeReader(cacheDir);
  return ({ kind, digest }) => {
    if (kind === 'tree') return treeSize(rowsOf, digest);
    const size = store.sizeOf(digest);
    return size === undefined ? undefined : { size };
  };
}

/** Symlinks are no files and have no size of their own. */
function treeSize(rowsOf: ReturnType<typeof treeReader>, digest: Digest): Pick<Content, 'size' | 'files'> | undefined {
  const rows = rowsOf(digest)?.filter((row) => row.type !== 'symlink');
  if (rows === undefined) return undefined;
  return {
    size: rows.reduce((sum, row) => sum + row.size, 0),
    files: rows.reduce((sum, row) => sum + (row.files ?? 1), 0),
  };
}
