import { atOrBelow, inFolder, type BytePath } from '../../fs/byte-path.ts';
import type { FolderRecord, KnownTree, WholeFolder } from '../../fs/stat-index/folder-record.ts';
import {
  DIGEST_BYTES,
  digestOfRow,
  NO_ROWS,
  ROW,
  RowsBuilder,
  rowType,
  sameDigest,
  sizeOfRow,
  STATS,
  type Rows,
} from '../../fs/stat-index/rows.ts';
import { digestText } from '../../fs/hash.ts';
import { indexKey, type WorkspaceContext } from '../workspace/context.ts';
import { encodeFolder } from './folder-tree.ts';
import { FolderNode, type Node, type NodeStat } from './node.ts';
import type { ScannedFolder } from './scan-folder.ts';

export interface FolderToFinish {
  readonly folder: BytePath;
  readonly key: BytePath;
  readonly record: FolderRecord | undefined;
  readonly scanned: ScannedFolder;
  /** Folders below, and what is special, by name. */
  readonly others: ReadonlyMap<BytePath, Node>;
  readonly store: boolean;
}

/** Makes the tree of a folder once all below is known, and keeps in the stat index what it was made from. */
export function finishFolder(context: WorkspaceContext, level: FolderToFinish): FolderNode {
  const { record, scanned, others } = level;
  const known = scanned.rows ?? record?.rows ?? NO_ROWS;
  const rows = others.size === scanned.folders.length && isSameBelow(known, others) ? known : rowsWith(context, level, known);
  const tree = scanned.tree ?? treeOf(context, level, rows);
  remember(context, level, rows, tree);
  const node = new FolderNode(tree, folderStat(scanned.whole), rows, others, scanned.hasLeftovers ?? false);
  if (level.store) context.complete.add(node.content.digest, isOnlyLoose(context, tree) ? 'loose' : needs(context, rows, others));
  return node;
}

/** A large tree that was made from another one is a file of its own. What was stored just now is in a pack that may not be known yet. */
function isOnlyLoose({ store }: WorkspaceContext, { digest }: KnownTree): boolean {
  return !store.isPacked(digest) && store.loose.sizeOf(digestText(digest)) !== undefined;
}

/** Everything below was stored. */
function needs(context: WorkspaceContext, rows: Rows, others: ReadonlyMap<BytePath, Node>): 'packed' | 'loose' {
  for (let row = 0; row < rows.types.length; row += 1) {
    if (rowType(rows, row) !== ROW.tree && context.store.isLoose(sizeOfRow(rows, row))) return 'loose';
  }
  for (const { content } of others.values())
    if (content.kind === 'tree' && context.complete.get(content.digest) !== 'packed') return 'loose';
  return 'packed';
}

function folderStat({ mtimeMs, ctimeMs, ino }: WholeFolder): NodeStat {
  return { size: 0, mtimeMs, ctimeMs, ino, type: 'folder' };
}

/** Every folder below is there, with the tree that its row says; nothing is special. */
function isSameBelow(rows: Rows, others: ReadonlyMap<BytePath, Node>): boolean {
  if (others.size === 0) return !rows.types.includes(ROW.tree);
  for (let row = 0; row < rows.types.length; row += 1) {
    if (rowType(rows, row) !== ROW.tree) continue;
    const content = others.get(rows.names[row] as BytePath)?.content;
    if (content?.kind !== 'tree') return false;
    if (rows.stats[row * STATS] !== content.size || rows.stats[row * STATS + 1] !== content.files) return false;
    if (!sameDigest(digestOfRow(rows, row), Buffer.from(content.digest, 'hex'))) return false;
  }
  return true;
}

function rowsWith(context: WorkspaceContext, level: FolderToFinish, known: Rows): Rows {
  const names = new Map(known.names.map((name, row) => [name, row]));
  const sorted = [...new Set([...names.keys(), ...level.others.keys()])].sort();
  const builder = new RowsBuilder(sorted.length);
  for (const name of sorted) {
    const row = names.get(name) ?? -1;
    const other = level.others.get(name);
    if (other !== undefined) addNode(context, builder, level.folder, name, other);
    else if (row !== -1 && rowType(known, row) !== ROW.tree) builder.addRow(known, row);
  }
  return builder.rows();
}

function addNode(context: WorkspaceContext, builder: RowsBuilder, folder: BytePath, name: BytePath, node: Node): void {
  const { content, stat } = node;
  const digest = Buffer.from(content.digest, 'hex');
  if (content.kind === 'tree') {
    builder.addTree(name, content.size, content.files ?? 0, digest);
    return;
  }
  const type = content.kind === 'symlink' ? ROW.symlink : content.mode === 'exec' ? ROW.exec : ROW.file;
  const isRead = stat.type === 'file' && context.index.lookup(indexKey(context, inFolder(folder, name)), stat) !== undefined;
  builder.addFile(name, type, { ...stat, size: content.size }, digest, isRead);
}

function treeOf(context: WorkspaceContext, { folder, record, scanned, store }: FolderToFinish, rows: Rows): KnownTree {
  const known = rows === record?.rows && scanned.special.length === 0 ? record.tree : undefined;
  const sink = store ? context.jobs.sink() : undefined;
  if (known !== undefined && (sink === undefined || sink.has(known.digest, -1))) return known;
  const { tree, bytes } = encodeFolder(rows, folder);
  sink?.putTree(tree, bytes);
  return tree;
}

/** What links stand for cannot be vouched for by the stat of the folder and its files: such a folder is never known as a whole. */
function remember(context: WorkspaceContext, { key, record, scanned, others }: FolderToFinish, rows: Rows, tree: KnownTree): void {
  const isPlain = scanned.special.every((name) => others.get(name)?.stat.type === 'file');
  if (rows === record?.rows && isPlain && isSameWhole(record.whole, scanned.whole) && isSameTree(record.tree, tree)) return;
  if (rows !== record?.rows && record !== undefined) forgetGone(context, key, record.rows, others);
  context.index.setFolder(key, isPlain ? { rows, whole: scanned.whole, tree } : { rows: filesOf(rows, scanned.special) });
}

function forgetGone(context: WorkspaceContext, key: BytePath, before: Rows, others: ReadonlyMap<BytePath, Node>): void {
  before.types.forEach((_type, row) => {
    const name = before.names[row] as BytePath;
    if (rowType(before, row) === ROW.tree && others.get(name)?.content.kind !== 'tree') context.index.forgetFolder(atOrBelow(key, name));
  });
}

function filesOf(rows: Rows, special: readonly BytePath[]): Rows {
  const without = new Set(special);
  const builder = new RowsBuilder(rows.names.length);
  rows.names.forEach((name, row) => {
    if (!without.has(name) || rowType(rows, row) <= ROW.exec) builder.addRow(rows, row);
  });
  return builder.rows();
}

function isSameWhole(a: WholeFolder | undefined, b: WholeFolder): boolean {
  if (a === undefined) return false;
  return (
    a.view === b.view &&
    a.nothingIgnored === b.nothingIgnored &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs &&
    a.ino === b.ino &&
    a.trusted === b.trusted
  );
}

function isSameTree(a: KnownTree | undefined, b: KnownTree): boolean {
  return a !== undefined && a.digest.length === DIGEST_BYTES && sameDigest(a.digest, b.digest);
}
