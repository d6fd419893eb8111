import type { Cache, Observed, TreeEntry } from '../../cache/types.ts';
import type { Content } from '../../core/content.ts';
import type { TreeRow } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import type { DiffEntry, DiffNode, TreeChange, UnreadTree } from '../../core/tree-diff/types.ts';
import { fromNameBytes, toDisplayPath, toNameBytes, type BytePath } from '../../fs/byte-path.ts';

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
    rows: () => observed.rows().map(toRow),
    child(row) {
      const child = observed.child(toNameBytes(row.name));
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

/** Takes the list over: of a million changes there is never a second one. */
export function showChanges(changes: TreeChange<BytePath>[]): readonly TreeChange[] {
  const shown: TreeChange[] = changes;
  for (const [at, change] of changes.entries()) shown[at] = shownChange(change);
  return shown;
}

/** Names are bytes in a comparison, and text where people and JSON meet them. */
function shownChange(change: TreeChange<BytePath>): TreeChange {
  const from = change.from === undefined ? {} : { from: toDisplayPath(change.from) };
  return { ...change, path: toDisplayPath(change.path), ...from, ...sides(change) };
}

export function shownUnread(unread: UnreadTree<BytePath>): UnreadTree {
  return { ...unread, path: toDisplayPath(unread.path) };
}

/** Rows carry their names; a change has its path. */
function sides({ old, new: now }: TreeChange): Pick<TreeChange, 'old' | 'new'> {
  return { ...(old === undefined ? {} : { old: plain(old) }), ...(now === undefined ? {} : { new: plain(now) }) };
}

function plain({ type, digest, size, files }: DiffEntry): DiffEntry {
  return { type, digest, size, ...(files === undefined ? {} : { files }) };
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
