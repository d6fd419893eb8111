import type { Content, Digest } from '../core/content.ts';
import { decodeTree, encodeTree, type TreeRow } from '../core/encoding/tree-format.ts';
import { hashBytes } from '../fs/hash.ts';
import { missingObject, type ObjectStore } from './objects/object-store.ts';

export interface EncodedTree {
  readonly content: Content;
  readonly bytes: Buffer;
}

/** The tree object of a folder with these rows, and what it is as content. */
export function treeOf(rows: readonly TreeRow[]): EncodedTree {
  const bytes = Buffer.from(encodeTree(rows), 'latin1');
  let size = 0;
  let files = 0;
  for (const row of rows) {
    if (row.type === 'symlink') continue;
    size += row.size;
    files += row.type === 'tree' ? (row.files ?? 0) : 1;
  }
  return { content: { digest: hashBytes(bytes), size, kind: 'tree', files }, bytes };
}

/** Tree objects of the store; the same tree is read and checked once. */
export class TreeObjects {
  readonly #store: ObjectStore;
  readonly #rows = new Map<Digest, readonly TreeRow[]>();

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Verified. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT, MLO_FORMAT, MLO_PATH_UNSAFE. */
  rows(digest: Digest, path?: string): readonly TreeRow[] {
    const known = this.#rows.get(digest);
    if (known !== undefined) return known;
    const rows = decodeTree(this.#store.read(digest, path).toString('latin1'), digest);
    this.#rows.set(digest, rows);
    return rows;
  }

  /** The objects that `content` needs and the store does not have. */
  missing(content: Content): readonly Digest[] {
    const missing = new Set<Digest>();
    this.#collectMissing({ type: content.kind, digest: content.digest, size: content.size }, missing, new Set());
    return [...missing];
  }

  #collectMissing(wanted: { type: string; digest: Digest; size: number }, missing: Set<Digest>, seen: Set<Digest>): void {
    if (wanted.type !== 'tree') {
      if (!this.#store.has(wanted.digest, wanted.size)) missing.add(wanted.digest);
      return;
    }
    if (seen.has(wanted.digest)) return;
    seen.add(wanted.digest);
    if (!this.#store.hasAny(wanted.digest)) {
      missing.add(wanted.digest);
      return;
    }
    for (const row of this.rows(wanted.digest)) this.#collectMissing(row, missing, seen);
  }
}

export function rowContent(row: TreeRow): Content {
  const kind = row.type === 'tree' || row.type === 'symlink' ? row.type : 'file';
  return {
    digest: row.digest,
    size: row.size,
    kind,
    ...(row.files === undefined ? {} : { files: row.files }),
    ...(row.type === 'exec' ? { mode: 'exec' } : {}),
  };
}

export function contentRow(name: string, content: Content): TreeRow {
  const type = content.kind === 'file' ? (content.mode ?? 'file') : content.kind;
  return { name, type, digest: content.digest, size: content.size, ...(content.files === undefined ? {} : { files: content.files }) };
}

export function throwIfMissing(missing: readonly Digest[], path?: string): void {
  if (missing.length > 0) throw missingObject(missing, path);
}
