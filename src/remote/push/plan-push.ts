import { LOOSE_BYTES } from '../../cache/objects/object-store.ts';
import { DigestTable } from '../../cache/inventory/digest-table.ts';
import { eachTreeRow, ROW_TYPE } from '../../cache/inventory/tree-rows.ts';
import type { LocalObjects } from '../../cache/transfer.ts';
import type { Content, Digest } from '../../core/content.ts';
import { isLostObject } from '../../core/errors/lost-object.ts';
import { digestText } from '../../fs/hash.ts';
import type { IndexSet } from '../index-set.ts';

/** What something names: a pointer, an out in a lock, or a digest of which nothing more is known. */
export type Wanted = Pick<Content, 'digest'> & Partial<Pick<Content, 'kind' | 'size' | 'files'>>;

export interface LargeFile {
  readonly digest: Digest;
  readonly size: number;
}

/** What a remote does not have of what is wanted. */
export interface PushPlan {
  /** Objects that go into packs as they are, without trees. */
  readonly small: DigestTable;
  readonly large: readonly LargeFile[];
  /** Trees of which everything below is here or there; those below before those above. */
  readonly trees: DigestTable;
  /** Needed, and neither here nor there (or damaged here). */
  readonly missing: ReadonlySet<Digest>;
  /** Bytes of small, large and trees. */
  readonly bytes: number;
  /** Files that the remote has, as far as that can be told. */
  readonly filesThere: number;
}

/**
 * Walks from what is wanted down to what the remote has. A tree that it has is not entered: an index names a tree only when
 * everything below it is there. `onObjects`: called with the number of objects looked at so far.
 */
export function planPush(
  local: LocalObjects,
  index: Pick<IndexSet, 'has'>,
  wanted: Iterable<Wanted>,
  onObjects: (count: number) => void = () => {},
): PushPlan {
  const walk = new PushWalk(local, index, onObjects);
  for (const each of wanted) walk.root(each);
  return walk;
}

class PushWalk implements PushPlan {
  readonly small = new DigestTable();
  readonly large: LargeFile[] = [];
  readonly trees = new DigestTable();
  readonly missing = new Set<Digest>();
  bytes = 0;
  filesThere = 0;
  readonly #local: LocalObjects;
  readonly #index: Pick<IndexSet, 'has'>;
  readonly #seen = new DigestTable();
  /** By number in `#seen`: everything of it will be on the remote. */
  readonly #complete: boolean[] = [];

  readonly #onObjects: (count: number) => void;

  constructor(local: LocalObjects, index: Pick<IndexSet, 'has'>, onObjects: (count: number) => void) {
    this.#local = local;
    this.#index = index;
    this.#onObjects = onObjects;
  }

  root({ digest, kind, size = -1, files }: Wanted): void {
    const bytes = Buffer.from(digest, 'hex');
    if (kind === 'tree') this.#tree(bytes, files ?? 0);
    else this.#file(bytes, size);
  }

  /** True where the object will be on the remote. */
  #file(digest: Buffer, size: number): boolean {
    const before = this.#seen.count;
    const number = this.#seen.add(digest);
    if (number < before) return this.#complete[number] === true;
    return (this.#complete[number] = this.#lookAtFile(digest, size));
  }

  #lookAtFile(digest: Buffer, size: number): boolean {
    if (this.#index.has(digest)) {
      this.filesThere += 1;
      return true;
    }
    if (size >= 0 && size < LOOSE_BYTES && this.#local.has(digest, size)) {
      this.bytes += size;
      this.small.add(digest);
      return true;
    }
    const hex = digestText(digest);
    const real = this.#local.sizeOf(hex);
    if (real === undefined) {
      this.missing.add(hex);
      return false;
    }
    this.bytes += real;
    if (real >= LOOSE_BYTES) this.large.push({ digest: hex, size: real });
    else this.small.add(digest);
    return true;
  }

  #tree(digest: Buffer, files: number): boolean {
    const before = this.#seen.count;
    const number = this.#seen.add(digest);
    if (number < before) return this.#complete[number] === true;
    if (this.#index.has(digest)) {
      this.filesThere += files;
      return (this.#complete[number] = true);
    }
    this.#onObjects(this.#seen.count);
    const bytes = this.#readTree(digest);
    let isComplete = bytes !== undefined;
    if (bytes !== undefined) for (const row of rowsOf(bytes)) isComplete = this.#row(row) && isComplete;
    if (isComplete) {
      this.trees.add(digest);
      this.bytes += bytes?.length ?? 0;
    }
    return (this.#complete[number] = isComplete);
  }

  #row({ type, digest, size }: Row): boolean {
    return type === ROW_TYPE.tree ? this.#tree(digest, 0) : this.#file(digest, size);
  }

  #readTree(digest: Buffer): Buffer | undefined {
    const hex = digestText(digest);
    try {
      const bytes = Buffer.from(this.#local.read(hex));
      if (eachTreeRow(bytes, () => {})) return bytes;
    } catch (error) {
      if (!isLostObject(error)) throw error;
    }
    this.missing.add(hex);
    return undefined;
  }
}

interface Row {
  readonly type: number;
  readonly digest: Buffer;
  readonly size: number;
}

/** Rows of a tree that was found whole. */
function rowsOf(tree: Buffer): readonly Row[] {
  const rows: Row[] = [];
  eachTreeRow(tree, (type, digestAt, size) => {
    rows.push({ type, digest: Buffer.from(tree.toString('latin1', digestAt, digestAt + 64), 'hex'), size });
  });
  return rows;
}
