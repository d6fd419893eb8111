import type { Cache, TreeEntry } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import { isUnreadable } from './diff-nodes.ts';

/** Paths of a content whose objects the cache does not have; a folder whose tree is lost stands for all that was in it. Sorted. */
export function missingFiles(cache: Cache, path: string, content: Content): readonly string[] {
  if (content.kind !== 'tree') return cache.has(content) ? [] : [path];
  const rows = rowsOf(cache, content);
  return rows === undefined
    ? [`${path}/`]
    : rows.flatMap((row) => missingFiles(cache, `${path}/${row.name.toString('utf8')}`, contentOf(row)));
}

function rowsOf(cache: Cache, content: Content): readonly TreeEntry[] | undefined {
  try {
    return cache.readTree(content.digest);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

export function contentOf({ type, digest, size, files }: TreeEntry): Content {
  const kind = type === 'exec' ? 'file' : type;
  return { digest, size, kind, ...(files === undefined ? {} : { files }), ...(type === 'exec' ? { mode: 'exec' as const } : {}) };
}
