import type { Cache, Observed, TreeEntry } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import type { TreeRow } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { Changes, DiffEntry, DiffNode, TreeChange, UnreadTree } from '../../core/tree-diff/types.ts';
import { fromNameBytes, toDisplayPath, type BytePath } from '../../fs/byte-path.ts';

/** A content of the store as one side of a comparison; trees that are missing or broken cannot be opened. */
export function storedNode(cache: Cache, content: Content): DiffNode {
  return nodeOfEntry(cache, entryOf(content));
}

function nodeOfEntry(cache: Cache, entry: DiffEntry): DiffNode {
  return {
    entry,
    rows: () => readRows(cache, entry),
    child: (row) => nodeOfEntry(cache, row),
  };
}

function readRows(cache: Cache, { digest }: DiffEntry): readonly TreeRow[] | undefined {
  try {
    return cache.readTree(digest).map(toRow);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** What was seen in the workspace as one side of a comparison. */
export function observedNode(observed: Observed): DiffNode {
  return {
    entry: entryOf(observed.content),
    rows: () => observed.rows(),
    child(row) {
      const child = observed.child(row.name);
      if (child === undefined) throw new Error(`'${row.name}' was seen in a folder that does not have it`);
      return observedNode(child);
    },
  };
}

function entryOf(content: Content): DiffEntry {
  const { digest, size, files } = content;
  const type = content.kind === 'file' ? (content.mode ?? 'file') : content.kind;
  return { type, digest, size, ...(files === undefined ? {} : { files }) };
}

/** Names are bytes in a comparison, and text where people and JSON meet them. */
export function showChanges(changes: Changes<BytePath>): Changes {
  return {
    length: changes.length,
    *[Symbol.iterator]() {
      for (const change of changes) yield shownChange(change);
    },
  };
}

function shownChange({ kind, path, from, ...sides }: TreeChange<BytePath>): TreeChange {
  return { kind, path: toDisplayPath(path), ...(from === undefined ? {} : { from: toDisplayPath(from) }), ...sides };
}

export function shownUnread(unread: UnreadTree<BytePath>): UnreadTree {
  return { ...unread, path: toDisplayPath(unread.path) };
}

/** The store does not have it, or not as it should be. */
export function isUnreadable(error: unknown): error is MloError {
  return (
    error instanceof MloError && (error.code === 'MLO_OBJECT_MISSING' || error.code === 'MLO_OBJECT_CORRUPT' || error.code === 'MLO_FORMAT')
  );
}

function toRow(entry: TreeEntry): TreeRow {
  return { ...entry, name: fromNameBytes(entry.name) };
}
