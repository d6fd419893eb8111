import type { Content, Digest } from '../core/content.ts';
import type { TreeRow } from '../core/encoding/tree-format.ts';
import { split, toBytePath, TOP, type BytePath } from '../fs/byte-path.ts';
import type { Grafted } from './types.ts';
import { contentRow, rowContent, treeOf } from './tree-objects.ts';

/** What lies at sub-paths ('a/b') from now on; undefined: nothing. No path lies inside another one. */
export type GraftChanges = ReadonlyMap<string, Content | undefined>;

export interface GraftStore {
  rows(digest: Digest): readonly TreeRow[];
  /** Takes a new tree object. */
  put(digest: Digest, bytes: Buffer): void;
}

/** One name of a folder: replaced, or changed further down. */
type Edit = { readonly path: string; readonly content: Content | undefined } | { readonly inside: Edits };
type Edits = Map<BytePath, Edit>;

/** The tree `base` with these changes. Only the trees on the way to them are read and made anew. */
export function graft(store: GraftStore, base: Content, changes: GraftChanges): Grafted {
  const replaced = new Map<string, Content>();
  return { content: rebuilt(store, base.digest, editsOf(changes), replaced), replaced };
}

function rebuilt(store: GraftStore, base: Digest | undefined, edits: Edits, replaced: Map<string, Content>): Content {
  const rows = new Map((base === undefined ? [] : store.rows(base)).map((row) => [row.name, row]));
  for (const [name, edit] of edits) {
    const row = rows.get(name);
    if ('path' in edit && row !== undefined) replaced.set(edit.path, rowContent(row));
    const content = 'path' in edit ? edit.content : changedBelow(store, row, edit.inside, replaced);
    if (content !== undefined) rows.set(name, contentRow(name, content));
    else if ('path' in edit) rows.delete(name);
  }
  const tree = treeOf([...rows.values()]);
  store.put(tree.content.digest, tree.bytes);
  return tree.content;
}

/** Undefined where there is no such folder and nothing comes into it. */
function changedBelow(store: GraftStore, row: TreeRow | undefined, edits: Edits, replaced: Map<string, Content>): Content | undefined {
  const base = row?.type === 'tree' ? row.digest : undefined;
  return base === undefined && !bringsSomething(edits) ? undefined : rebuilt(store, base, edits, replaced);
}

function bringsSomething(edits: Edits): boolean {
  return [...edits.values()].some((edit) => ('path' in edit ? edit.content !== undefined : bringsSomething(edit.inside)));
}

function editsOf(changes: GraftChanges): Edits {
  const edits: Edits = new Map();
  for (const [path, content] of changes) {
    const names = split(toBytePath(path), '/');
    const last = names.pop() ?? TOP;
    let folder = edits;
    for (const name of names) folder = below(folder, name, path);
    if (folder.has(last)) throw new Error(`Two changes at or below ${path}`);
    folder.set(last, { path, content });
  }
  return edits;
}

function below(folder: Edits, name: BytePath, path: string): Edits {
  const known = folder.get(name);
  if (known === undefined) {
    const inside: Edits = new Map();
    folder.set(name, { inside });
    return inside;
  }
  if ('inside' in known) return known.inside;
  throw new Error(`${path} lies inside another change`);
}
