import { lstatSync, statSync, type Stats } from 'node:fs';
import { folderOf, inFolder, nameOf, toDisplayPath, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { withIoErrors } from '../../fs/errno.ts';
import { makeSharedFolder } from '../../fs/shared-folder.ts';
import { copyOfRows, findRow, ROW, RowsBuilder, rowType, sizeOfRow, STATS, type Rows } from '../../fs/stat-index/rows.ts';
import { FolderNode, type Node } from '../scan/node.ts';
import { PART_NAMES } from '../scan/scan-folder.ts';
import type { LinkType } from '../types.ts';
import { indexKey, type WorkspaceContext } from './context.ts';
import { objectToLink, type LinkedFiles } from './link-files.ts';
import { linksToObjects, placeLinkOver } from './links-to-objects.ts';
import { lstat } from './read-path.ts';
import { RelinkedFiles } from './relinked.ts';
import { sourceChanged } from './source-changed.ts';

/**
 * Stored files become links to their objects, so that other places can share their bytes, on all cores. What the store has of them is
 * durable. Throws MLO_SOURCE_CHANGED where one is not what was stored any more.
 */
export async function replaceByLinks(context: WorkspaceContext, path: BytePath, node: Node): Promise<void> {
  const link = possibleLinks(context, node instanceof FolderNode ? path : folderOf(path));
  if (!linksToObjects(link)) return;
  const relinker = new Relinker({ ...context, link });
  try {
    await relinker.relink(path, node);
  } catch (error) {
    await relinker.stop();
    throw error;
  }
  relinker.relinkLeft();
}

/** Hard links stay on one file system. */
function possibleLinks({ link, store }: WorkspaceContext, folder: BytePath): readonly LinkType[] {
  const cache = store.loose.folder;
  const isSame = withIoErrors('write to the cache folder', cache, () => {
    makeSharedFolder(cache);
    return statSync(cache).dev === statSync(toSystemPath(folder)).dev;
  });
  return isSame ? link : link.filter((type) => type !== 'hardlink');
}

interface TouchedRows {
  readonly rows: Rows;
  readonly touched: LinkedFiles['touched'];
}

/** No file has it. */
const NO_CTIME = 0;

class Relinker {
  readonly #context: WorkspaceContext;
  readonly #left: { readonly path: BytePath; readonly node: Node }[] = [];
  #isStopped = false;

  constructor(context: WorkspaceContext) {
    this.#context = context;
  }

  async relink(path: BytePath, node: Node): Promise<void> {
    if (node instanceof FolderNode) await this.#relinkFolder(path, node);
    else if (isLinkable(node)) await this.#relinkFile(path, node);
  }

  /** Nothing more is begun, and what other threads are at is waited for. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#context.jobs.pool.idle();
  }

  /** One by one, once nothing else changes what is known of the names of a file. */
  relinkLeft(): void {
    const relinked = new RelinkedFiles();
    for (const { path, node } of this.#left) replaceByLink(this.#context, path, node, relinked);
  }

  async #relinkFolder(path: BytePath, node: FolderNode): Promise<void> {
    const linked: TouchedRows[] = [];
    await Promise.all([
      ...[...node.others].map(async ([name, other]) => {
        if (other instanceof FolderNode) await this.#relinkFolder(inFolder(path, name), other);
      }),
      ...linkableParts(node).map(async (rows) => {
        const { touched, left } = await this.#linkFiles(path, rows);
        linked.push({ rows, touched });
        this.#leave(path, rows, left, (name) => node.child(name));
      }),
    ]);
    this.#distrust(path, linked);
  }

  async #relinkFile(path: BytePath, node: Node): Promise<void> {
    const rows = new RowsBuilder(1);
    addNode(rows, nameOf(path), node);
    const { touched, left } = await this.#linkFiles(folderOf(path), rows.rows());
    this.#leave(folderOf(path), rows.rows(), left, () => node);
    if (touched.length > 0) this.#context.index.forget(indexKey(this.#context, path));
  }

  async #linkFiles(folder: BytePath, rows: Rows): Promise<LinkedFiles> {
    const { jobs, link } = this.#context;
    return await jobs.pool.run({ kind: 'link-files', folder, rows, link }, { isWanted: () => !this.#isStopped });
  }

  #leave(folder: BytePath, rows: Rows, left: readonly number[], nodeOf: (name: BytePath) => Node | undefined): void {
    for (const row of left) {
      const name = rows.names[row] as BytePath;
      const node = nodeOf(name);
      if (node !== undefined) this.#left.push({ path: inFolder(folder, name), node });
    }
  }

  /** Whoever writes beside the linking and brings the mtime back leaves no trace: the link gives the file a new ctime. It is read again. */
  #distrust(folder: BytePath, linked: readonly TouchedRows[]): void {
    const { index } = this.#context;
    const key = indexKey(this.#context, folder);
    const record = linked.some(({ touched }) => touched.length > 0) ? index.folder(key) : undefined;
    if (record === undefined) return;
    const known = copyOfRows(record.rows);
    for (const { rows, touched } of linked) {
      for (const row of touched) {
        const at = findRow(known, rows.names[row] as BytePath);
        if (at !== -1 && ctimeOf(known, at) === ctimeOf(rows, row)) known.stats[at * STATS + 2] = NO_CTIME;
      }
    }
    index.setFolder(key, { ...record, rows: known });
  }
}

/** The files of a folder that become links, so many at a time as one thread should link. */
function linkableParts({ rows, others }: FolderNode): readonly Rows[] {
  const parts: RowsBuilder[] = [];
  const builder = (): RowsBuilder => {
    const last = parts.at(-1);
    if (last !== undefined && last.count < PART_NAMES) return last;
    const next = new RowsBuilder(Math.min(rows.names.length, PART_NAMES));
    parts.push(next);
    return next;
  };
  rows.names.forEach((name, row) => {
    const other = others.get(name);
    if (other !== undefined) {
      if (isLinkable(other)) addNode(builder(), name, other);
    } else if (rowType(rows, row) === ROW.file && sizeOfRow(rows, row) > 0) builder().addRow(rows, row);
  });
  return parts.map((part) => part.rows());
}

function addNode(rows: RowsBuilder, name: BytePath, { content, stat }: Node): void {
  rows.addFile(name, ROW.file, stat, Buffer.from(content.digest, 'hex'), false);
}

/** Thousands of empty files must not run into the limit of names that one file can have. Executables stay copies: objects are not. */
function isLinkable({ content, stat }: Node): boolean {
  return stat.type === 'file' && content.kind === 'file' && content.mode === undefined && content.size > 0;
}

function ctimeOf(rows: Rows, row: number): number {
  return rows.stats[row * STATS + 2] as number;
}

/** By itself, wherever its other names are. */
function replaceByLink(context: WorkspaceContext, path: BytePath, node: Node, relinked: RelinkedFiles): void {
  const object = objectToLink(context.store, node.content.digest, node.content.size, toDisplayPath(path));
  if (isLinkedTo(object, path, node)) return;
  unchanged(path, node, relinked);
  try {
    const check = (): void => relinked.losesName(unchanged(path, node, relinked));
    const placed = withIoErrors('link', toDisplayPath(path), () => placeLinkOver(context.link, object, path, check));
    if (placed) context.index.forget(indexKey(context, path));
  } catch (error) {
    // Where something else lies there by now, that is why it failed.
    unchanged(path, node, relinked);
    throw error;
  }
}

function unchanged(path: BytePath, node: Node, relinked: RelinkedFiles): Stats {
  const now = lstat(path);
  if (now === undefined || !relinked.isUnchanged(now, node.stat)) throw sourceChanged(path);
  return now;
}

function isLinkedTo(object: string, path: BytePath, node: Node): boolean {
  const stat = lstatSync(object);
  return stat.ino === node.stat.ino && stat.dev === lstat(path)?.dev;
}
