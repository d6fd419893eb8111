import type { BytePath } from '../byte-path.ts';
import type { Digest } from '../content.ts';
import type { TreeRow } from '../encoding/tree-format.ts';

/** What lies at one path on one side. Sizes in bytes; `files` of trees only. */
export interface DiffEntry {
  readonly type: TreeRow['type'];
  readonly digest: Digest;
  readonly size: number;
  readonly files?: number;
}

/** One side of a comparison at one path; opened level by level, and only where the sides differ. */
export interface DiffNode {
  readonly entry: DiffEntry;
  /** Trees: what is in it, sorted by name bytes (one character a byte). Undefined where the tree object is not to be had. */
  rows(): readonly TreeRow[] | undefined;
  child(row: TreeRow): DiffNode;
}

/** Paths of whole sides, '/' between names. */
export type DiffForest = ReadonlyMap<BytePath, DiffNode>;

export type ChangeKind = 'added' | 'deleted' | 'modified' | 'renamed' | 'type' | 'mode';

/**
 * `path` is where it is on the new side (deleted: where it was), `from` where a renamed one was.
 * An entry of type tree stands for all that is in it: an empty folder, a renamed folder, a folder that took the place of a
 * file or the other way round, and where `expand` was not asked for any added or deleted folder.
 * Paths are bytes in a comparison, and text where people and JSON meet them.
 */
export interface TreeChange<Path extends string = string> {
  readonly kind: ChangeKind;
  readonly path: Path;
  readonly from?: Path;
  readonly old?: DiffEntry;
  readonly new?: DiffEntry;
}

/** A tree that differs and could not be opened: what changed in it is not known. */
export interface UnreadTree<Path extends string = string> {
  readonly path: Path;
  readonly side: 'old' | 'new';
  readonly digest: Digest;
}

/** Made one after the other whenever they are asked for: of a million nobody holds all at once. Sorted by path bytes. */
export interface Changes<Path extends string = string> extends Iterable<TreeChange<Path>> {
  readonly length: number;
}

export interface TreeDiff {
  readonly changes: Changes<BytePath>;
  readonly counts: ChangeCounts;
  /** Bytes of what was added and grew, less what was deleted and shrank. */
  readonly sizeChange: number;
  readonly unread: readonly UnreadTree<BytePath>[];
}

/** Number of files by kind of change; an empty folder counts as one. */
export type ChangeCounts = { readonly [kind in ChangeKind]: number };
