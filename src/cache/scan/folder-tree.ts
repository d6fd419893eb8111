import { encodeTree, type TreeRow } from '../../core/encoding/tree-format.ts';
import type { Digest } from '../../core/content.ts';
import { toDisplayPath, type BytePath } from '../../fs/byte-path.ts';
import { digestBytes } from '../../fs/hash.ts';
import type { KnownTree } from '../../fs/stat-index/folder-record.ts';
import { DIGEST_BYTES, ROW, rowType, STATS, type Rows } from '../../fs/stat-index/rows.ts';

const TYPES = { [ROW.file]: 'file', [ROW.exec]: 'exec', [ROW.symlink]: 'symlink', [ROW.tree]: 'tree' } as const;

export interface EncodedFolder {
  readonly tree: KnownTree;
  readonly bytes: Buffer;
}

/** The tree object of a folder with these rows; folders among them with the digests of their trees. Throws MLO_FILE_TYPE for too many names. */
export function encodeFolder(rows: Rows, folder: BytePath): EncodedFolder {
  const treeRows = toTreeRows(rows);
  const bytes = Buffer.from(encodeTree(treeRows, toDisplayPath(folder)), 'latin1');
  let size = 0;
  let files = 0;
  for (const row of treeRows) {
    if (row.type === 'symlink') continue;
    size += row.size;
    files += row.files ?? 1;
  }
  return { tree: { digest: digestBytes(bytes), size, files }, bytes };
}

/** As in the tree object. */
export function toTreeRows(rows: Rows): readonly TreeRow[] {
  const { digests } = rows;
  const hex = Buffer.from(digests.buffer, digests.byteOffset, digests.length).toString('hex');
  return rows.names.map((name, row) => {
    const type = TYPES[rowType(rows, row) as keyof typeof TYPES];
    return {
      name,
      type,
      digest: hex.slice(row * DIGEST_BYTES * 2, (row + 1) * DIGEST_BYTES * 2) as Digest,
      size: rows.stats[row * STATS] as number,
      ...(type === 'tree' ? { files: rows.stats[row * STATS + 1] as number } : {}),
    };
  });
}
