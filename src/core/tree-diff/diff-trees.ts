import { inFolder, type BytePath } from '../byte-path.ts';
import { ChangeList } from './change-list.ts';
import { splitMoves, type Located } from './pair-renames.ts';
import type { ChangeKind, DiffEntry, DiffForest, DiffNode, TreeChange, TreeDiff, UnreadTree } from './types.ts';

export interface DiffOptions {
  /** Added and deleted folders are listed file by file. */
  readonly expand: boolean;
  /** False: `changes` stays empty, and only `counts` are told: of a million changed files nobody has to remember each. Default true. */
  readonly list?: boolean;
  /** Changes of which this says false of both paths are neither listed nor counted. Default: all are. */
  readonly concerns?: (path: BytePath) => boolean;
  /** Called for each pair of folders that is opened, with the number of names compared so far. */
  readonly onNames?: (count: number) => void;
}

/**
 * What differs between two sides, name by name. Equal trees are never opened. What is gone in one
 * place and new in another with the same digest and size is one rename, of whole folders where they are equal.
 */
export function diffTrees(old: DiffForest, now: DiffForest, { expand, list = true, concerns, onNames }: DiffOptions): TreeDiff {
  const changes = new ChangeList();
  const counts = noChanges();
  let sizeChange = 0;
  let names = 0;
  const unread: UnreadTree<BytePath>[] = [];
  const gone: Located[] = [];
  const fresh: Located[] = [];

  function add(change: TreeChange<BytePath>): void {
    if (concerns !== undefined && !concerns(change.path) && (change.from === undefined || !concerns(change.from))) return;
    counts[change.kind] += filesOf(change);
    sizeChange += (change.new?.size ?? 0) - (change.old?.size ?? 0);
    if (list) changes.add(change);
  }

  function compare(path: BytePath, before: DiffNode, after: DiffNode): void {
    const [a, b] = [before.entry, after.entry];
    if (a.type === b.type && a.digest === b.digest) return;
    if (a.type !== 'tree' || b.type !== 'tree') {
      add({ kind: kindOf(a, b), path, old: a, new: b });
      return;
    }
    const sides = [before.rows(), after.rows()] as const;
    if (sides[0] === undefined) unread.push({ path, side: 'old', digest: a.digest });
    if (sides[1] === undefined) unread.push({ path, side: 'new', digest: b.digest });
    if (sides[0] === undefined || sides[1] === undefined) {
      add({ kind: 'modified', path, old: a, new: b });
      return;
    }
    names += sides[0].length;
    onNames?.(names);
    const rest = new Map(sides[1].map((row) => [row.name, row]));
    for (const row of sides[0]) {
      const same = rest.get(row.name);
      rest.delete(row.name);
      const at = inFolder(path, row.name);
      if (same === undefined) gone.push({ path: at, node: before.child(row) });
      else if (same.type === row.type && same.digest === row.digest) continue;
      else if (same.type === 'tree' || row.type === 'tree') compare(at, before.child(row), after.child(same));
      else add({ kind: kindOf(row, same), path: at, old: row, new: same });
    }
    for (const row of rest.values()) fresh.push({ path: inFolder(path, row.name), node: after.child(row) });
  }

  for (const [path, node] of old) {
    const same = now.get(path);
    if (same === undefined) gone.push({ path, node });
    else compare(path, node, same);
  }
  for (const [path, node] of now) if (!old.has(path)) fresh.push({ path, node });

  const moves = splitMoves(gone, fresh, expand);
  for (const change of moves.changes) add(change);
  changes.sort();
  return { changes, counts, sizeChange, unread: unread.concat(moves.unread).sort(byPath) };
}

/** `modified` where bytes differ, `mode` where only the executable bit does, `type` where it is another kind of thing. */
function kindOf(old: DiffEntry, now: DiffEntry): ChangeKind {
  if (plainType(old) !== plainType(now)) return 'type';
  return old.digest === now.digest ? 'mode' : 'modified';
}

function plainType({ type }: DiffEntry): string {
  return type === 'exec' ? 'file' : type;
}

function noChanges(): { [kind in ChangeKind]: number } {
  return { added: 0, deleted: 0, modified: 0, renamed: 0, type: 0, mode: 0 };
}

/** A folder that could not be opened, or whose place something else has taken, counts as one. */
function filesOf({ kind, old, new: now }: TreeChange): number {
  if (kind === 'modified' || kind === 'type' || kind === 'mode') return 1;
  const entry = now ?? old;
  return entry?.type === 'tree' ? Math.max(1, entry.files ?? 0) : 1;
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
