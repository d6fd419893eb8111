import type { Content, Digest } from '../core/content.ts';
import { decodeTree, encodeTree, linesOfTree, type TreeRow } from '../core/encoding/tree-format.ts';
import type { BytePath } from '../fs/byte-path.ts';
import { hashBytes } from '../fs/hash.ts';
import type { CompleteTrees } from './complete-trees.ts';
import type { ObjectStore } from './objects/object-store.ts';

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

/** Rows of tree objects that are read once each, in parts one after the other: only the last one is kept. Verified, and throws, as `TreeObjects.rows`. */
export function treeReader(store: ObjectStore): (digest: Digest, path: string) => readonly TreeRow[] {
  let last: { readonly digest: Digest; readonly rows: readonly TreeRow[] } | undefined;
  return (digest, path) => {
    if (last?.digest !== digest) last = { digest, rows: decodeTree(store.read(digest, path).toString('latin1'), digest) };
    return last.rows;
  };
}

/** Tree objects of the store; the same tree is read and checked once. */
export class TreeObjects {
  readonly #store: ObjectStore;
  readonly #rows = new Map<Digest, readonly TreeRow[]>();

  readonly #complete: CompleteTrees;

  constructor(store: ObjectStore, complete: CompleteTrees) {
    this.#store = store;
    this.#complete = complete;
  }

  /** Verified. Throws MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT, MLO_FORMAT, MLO_PATH_UNSAFE. */
  rows(digest: Digest, path?: string): readonly TreeRow[] {
    const rows = this.rowsOnce(digest, path);
    this.#rows.set(digest, rows);
    return rows;
  }

  /** The same for who walks through everything: what is not known yet is not kept either. */
  rowsOnce(digest: Digest, path?: string): readonly TreeRow[] {
    return this.#rows.get(digest) ?? decodeTree(this.#store.read(digest, path).toString('latin1'), digest);
  }

  /** The same as text, a line a name, for comparing. */
  lines(digest: Digest, path?: string): readonly string[] {
    return linesOfTree(this.#store.read(digest, path).toString('latin1'), digest);
  }

  /** The objects that `content` needs and the store does not have. */
  missing(content: Content): readonly Digest[] {
    const missing = new Set<Digest>();
    this.#look({ type: content.kind, digest: content.digest, size: content.size }, missing, new Map());
    return [...missing];
  }

  /** Whether what lies there is all in packs, is there with the help of loose objects, or not all there. */
  #look(wanted: { type: string; digest: Digest; size: number }, missing: Set<Digest>, seen: Map<Digest, Presence>): Presence {
    if (wanted.type !== 'tree') return this.#lookForFile(wanted, missing);
    const known = this.#complete.get(wanted.digest) ?? seen.get(wanted.digest);
    if (known !== undefined) return known;
    const presence = this.#lookForTree(wanted.digest, missing, seen);
    seen.set(wanted.digest, presence);
    if (presence !== 'missing') this.#complete.add(wanted.digest, presence);
    return presence;
  }

  #lookForTree(digest: Digest, missing: Set<Digest>, seen: Map<Digest, Presence>): Presence {
    if (!this.#store.hasAny(digest)) {
      missing.add(digest);
      return 'missing';
    }
    let presence: Presence = this.#store.isPacked(Buffer.from(digest, 'hex')) ? 'packed' : 'loose';
    for (const row of this.rows(digest)) presence = weaker(presence, this.#look(row, missing, seen));
    return presence;
  }

  #lookForFile({ digest, size }: { digest: Digest; size: number }, missing: Set<Digest>): Presence {
    const { packs, journal } = this.#store;
    if (packs.sizeOfBytes(Buffer.from(digest, 'hex')) === size || journal.sizeOf(digest) === size) return 'packed';
    if (this.#store.has(digest, size)) return 'loose';
    missing.add(digest);
    return 'missing';
  }
}

type Presence = 'packed' | 'loose' | 'missing';

function weaker(a: Presence, b: Presence): Presence {
  if (a === 'missing' || b === 'missing') return 'missing';
  return a === 'loose' || b === 'loose' ? 'loose' : 'packed';
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

export function contentRow(name: BytePath, content: Content): TreeRow {
  const type = content.kind === 'file' ? (content.mode ?? 'file') : content.kind;
  return { name, type, digest: content.digest, size: content.size, ...(content.files === undefined ? {} : { files: content.files }) };
}
