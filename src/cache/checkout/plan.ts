import type { Content } from '../../core/content.ts';
import { sameContent } from '../../core/content.ts';
import { decodeLines, isTemporaryName, linesOfTree } from '../../core/encoding/tree-format.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { fromNameBytes, inFolder, toDisplayPath, type BytePath } from '../../fs/byte-path.ts';
import { shownPath, staysInside, type WorkspaceContext } from '../workspace/context.ts';
import { encodeFolder } from '../scan/folder-tree.ts';
import { FolderNode, type Node } from '../scan/node.ts';
import { rowContent } from '../tree-objects.ts';
import { lstat, namesIn } from '../workspace/read-path.ts';

/** New content for a path whose folder exists; `replaced` lies there now. */
export interface Placement {
  readonly path: BytePath;
  readonly content: Content;
  readonly replaced?: Node;
}

interface Removal {
  readonly path: BytePath;
  readonly node: Node;
}

/** All that must change for a path to hold the wanted content; the rest is not touched. */
export interface CheckoutPlan {
  readonly placements: readonly Placement[];
  readonly removals: readonly Removal[];
}

/** `look` finds what lies at a path that is ignored now but was tracked once: it was not seen with the rest. */
export async function planCheckout(
  context: WorkspaceContext,
  content: Content,
  path: BytePath,
  found: Node | undefined,
  look: (path: BytePath) => Promise<Node | undefined>,
): Promise<CheckoutPlan> {
  const placements: Placement[] = [];
  const removals: Removal[] = [];
  const hidden: { readonly path: BytePath; readonly content: Content }[] = [];
  /** Below what was hidden, only what is wanted is touched. */
  let isHidden = false;

  function compare(wanted: Content, at: BytePath, node: Node | undefined): void {
    if (node !== undefined && sameContent(wanted, node.content)) return;
    if (wanted.kind === 'tree' && node instanceof FolderNode) compareFolders(wanted, at, node);
    else if (node === undefined && !isHidden && found !== undefined && lstat(at) !== undefined) hidden.push({ path: at, content: wanted });
    else placements.push({ path: at, content: wanted, ...(node === undefined ? {} : { replaced: node }) });
  }

  function compareFolders(wanted: Content, at: BytePath, node: FolderNode): void {
    const lines = context.trees.lines(wanted.digest, shownPath(context, at));
    const { digest } = node.content;
    const found = linesOfTree(encodeFolder(node.rows, at).bytes.toString('latin1'), digest);
    const differing = differingLines(lines, found);
    const rows = decodeLines(differing.wanted, wanted.digest);
    const names = new Set(rows.map((row) => row.name));
    for (const row of rows) compare(rowContent(row), inFolder(at, row.name), node.child(row.name));
    for (const { name } of isHidden ? [] : decodeLines(differing.found, digest)) {
      const child = names.has(name) ? undefined : node.child(name);
      if (child !== undefined) removals.push({ path: inFolder(at, name), node: child });
    }
  }

  compare(content, path, found);
  isHidden = true;
  for (const each of hidden) compare(each.content, each.path, await look(each.path));
  return { placements, removals };
}

/** Lines that only one side has, in order. A folder of 1,000 files of which one changed is not taken apart for it. */
function differingLines(
  wanted: readonly string[],
  found: readonly string[],
): { readonly wanted: readonly string[]; readonly found: readonly string[] } {
  const here = new Set(found);
  const there = new Set(wanted);
  return { wanted: wanted.filter((line) => !here.has(line)), found: found.filter((line) => !there.has(line)) };
}

/** The target of a symlink that is to come to `path`. Throws MLO_PATH_UNSAFE where it leaves the project. */
export function checkLink(context: WorkspaceContext, content: Content, path: BytePath): Buffer {
  const bytes = context.store.read(content.digest, shownPath(context, path));
  const target = fromNameBytes(bytes);
  if (staysInside(context, path, target)) return bytes;
  throw new MloError(
    'MLO_PATH_UNSAFE',
    `Symlink ${shownPath(context, path)} -> ${toDisplayPath(target)} would leave the project; it is not checked out`,
    {
      hint: 'Whoever made this tree did not use mlo; do not trust the lock or pointer that names it',
      details: { path: shownPath(context, path), target: toDisplayPath(target) },
    },
  );
}

/** Paths whose bytes would be lost: they are replaced or removed, and the store does not have them. */
export function unsavedPaths(context: WorkspaceContext, plan: CheckoutPlan): readonly BytePath[] {
  const unsaved: BytePath[] = [];

  function visit(path: BytePath, node: Node): void {
    if (node.children !== undefined) for (const [name, child] of node.children) visit(inFolder(path, name), child);
    else if (!context.store.has(node.content.digest, node.content.size)) unsaved.push(path);
  }

  /** A folder that must go as a whole goes with what is ignored in it. */
  function visitIgnored(path: BytePath, node: Node): void {
    if (!(node instanceof FolderNode)) return;
    for (const name of namesIn(path)) if (!isTemporaryName(name) && node.child(name) === undefined) unsaved.push(inFolder(path, name));
    for (const [name, child] of node.others) visitIgnored(inFolder(path, name), child);
  }

  for (const { path, replaced } of plan.placements) {
    if (replaced === undefined) continue;
    visit(path, replaced);
    visitIgnored(path, replaced);
  }
  for (const { path, node } of plan.removals) visit(path, node);
  return unsaved;
}

export function unsavedError(context: WorkspaceContext, paths: readonly BytePath[]): MloError {
  const shown = paths.slice(0, 10).map((path) => `\n  ${shownPath(context, path)}`);
  const more = paths.length > shown.length ? `\n  and ${paths.length - shown.length} more` : '';
  const count = paths.length === 1 ? '1 path holds' : `${paths.length} paths hold`;
  return new MloError(
    'MLO_OUT_UNSAVED',
    `${count} bytes that are not in the cache and would be lost; nothing was changed:${shown.join('')}${more}`,
    {
      hint: 'Keep them with `mlo add` or `mlo commit`, move them away, or say --force to lose them',
      details: { paths: paths.slice(0, 1000).map((path) => shownPath(context, path)), count: paths.length },
    },
  );
}

export function countFiles(node: Node): number {
  if (node.children === undefined) return 1;
  let files = 0;
  for (const child of node.children.values()) files += countFiles(child);
  return files;
}
