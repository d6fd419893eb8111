import { inFolder, nameOf, type BytePath } from '../byte-path.ts';
import type { DiffEntry, DiffNode, TreeChange, UnreadTree } from './types.ts';

export interface Located {
  readonly path: BytePath;
  readonly node: DiffNode;
}

interface Pool {
  readonly side: 'old' | 'new';
  /** Files and folders that are not to be opened any further. */
  readonly done: Located[];
  /** Folders by number of files, to be opened if nothing on the other side is equal to them. */
  readonly folders: Map<number, Located[]>;
}

/** What is gone and what is new as additions, deletions and renames. */
export function splitMoves(
  gone: readonly Located[],
  fresh: readonly Located[],
  expand: boolean,
): { readonly changes: readonly TreeChange<BytePath>[]; readonly unread: readonly UnreadTree<BytePath>[] } {
  const changes: TreeChange<BytePath>[] = [];
  const unread: UnreadTree<BytePath>[] = [];
  const pools = [pool('old', gone), pool('new', fresh)] as const;
  const [old, now] = pools;

  // From the largest folders down: a folder is opened only once every folder that may be equal to it is in sight.
  for (let size = largest(pools); size !== undefined; size = largest(pools)) {
    const [left, right] = [take(old, size), take(now, size)];
    const paired = pair(left, right, changes);
    for (const [side, rest] of [
      [old, paired.gone],
      [now, paired.fresh],
    ] as const) {
      const other = side === old ? now : old;
      const mayMatch = other.done.length > 0 || other.folders.size > 0 || (side === old ? paired.fresh : paired.gone).length > 0;
      for (const each of rest) {
        if (expand || mayMatch) open(side, each, unread);
        else side.done.push(each);
      }
    }
  }

  const { gone: deleted, fresh: added } = pair(old.done, now.done, changes);
  for (const { path, node } of deleted) changes.push({ kind: 'deleted', path, old: node.entry });
  for (const { path, node } of added) changes.push({ kind: 'added', path, new: node.entry });
  return { changes, unread };
}

function pool(side: Pool['side'], located: readonly Located[]): Pool {
  const made: Pool = { side, done: [], folders: new Map() };
  for (const each of located) put(made, each);
  return made;
}

function put(to: Pool, each: Located): void {
  const { entry } = each.node;
  if (entry.type !== 'tree') {
    to.done.push(each);
    return;
  }
  const files = entry.files ?? 0;
  const bucket = to.folders.get(files);
  if (bucket === undefined) to.folders.set(files, [each]);
  else bucket.push(each);
}

function take(from: Pool, files: number): readonly Located[] {
  const bucket = from.folders.get(files) ?? [];
  from.folders.delete(files);
  return bucket;
}

function largest(pools: readonly Pool[]): number | undefined {
  let most: number | undefined;
  for (const { folders } of pools) for (const files of folders.keys()) if (most === undefined || files > most) most = files;
  return most;
}

/** Puts what is in a folder into its pool; an empty folder stands for itself. */
function open(into: Pool, { path, node }: Located, unread: UnreadTree<BytePath>[]): void {
  const rows = node.rows();
  if (rows === undefined) unread.push({ path, side: into.side, digest: node.entry.digest });
  if (rows === undefined || rows.length === 0) {
    into.done.push({ path, node });
    return;
  }
  for (const row of rows) put(into, { path: inFolder(path, row.name), node: node.child(row) });
}

/**
 * Pairs by digest, size and type, those of one name first, then in the order of paths. Empty files and folders are alike
 * everywhere: they are pairs only where the name is the same.
 */
function pair(
  gone: readonly Located[],
  fresh: readonly Located[],
  changes: TreeChange<BytePath>[],
): { readonly gone: readonly Located[]; readonly fresh: readonly Located[] } {
  if (gone.length === 0 || fresh.length === 0) return { gone, fresh };
  const taken = new Set<Located>();
  for (const keyOf of [namedKey, contentKey]) {
    const candidates = new Map<string, Located[]>();
    for (const each of sorted(gone, taken)) {
      const key = keyOf(each);
      if (key === undefined) continue;
      const list = candidates.get(key);
      if (list === undefined) candidates.set(key, [each]);
      else list.push(each);
    }
    for (const list of candidates.values()) list.reverse();
    for (const each of sorted(fresh, taken)) {
      const key = keyOf(each);
      const match = key === undefined ? undefined : candidates.get(key)?.pop();
      if (match === undefined) continue;
      taken.add(match).add(each);
      changes.push({ kind: 'renamed', path: each.path, from: match.path, old: match.node.entry, new: each.node.entry });
    }
  }
  return { gone: gone.filter((each) => !taken.has(each)), fresh: fresh.filter((each) => !taken.has(each)) };
}

function sorted(located: readonly Located[], taken: ReadonlySet<Located>): readonly Located[] {
  return located.filter((each) => !taken.has(each)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

function namedKey({ path, node }: Located): string {
  return `${entryKey(node.entry)} ${nameOf(path)}`;
}

function contentKey({ node }: Located): string | undefined {
  const isEmpty = node.entry.type === 'tree' ? (node.entry.files ?? 0) === 0 : node.entry.size === 0;
  return isEmpty ? undefined : entryKey(node.entry);
}

function entryKey({ type, digest, size }: DiffEntry): string {
  return `${type} ${digest} ${size}`;
}
