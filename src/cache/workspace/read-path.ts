import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync, type Stats } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Content } from '../../core/content.ts';
import { MloError } from '../../core/errors/mlo-error.ts';
import { isTemporaryName, type TreeRow } from '../../core/encoding/tree-format.ts';
import { isInside } from '../../core/path/project-path.ts';
import { toDisplayPath, toNameBytes, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { NO_DIGEST } from '../journal/record-format.ts';
import { contentRow, treeOf } from '../tree-objects.ts';
import { indexKey, shownPath, staysInside, type WorkspaceContext } from './context.ts';
import { fileContent, isReadAtOnce, knownDigest, readAtOnce, readInPieces, sourceChanged, type FileToRead } from './read-file.ts';

/** What was found at a path, and below it. */
export interface Node {
  readonly content: Content;
  /** Of the path itself, links not followed. */
  readonly stat: Stats;
  /** Folders only, by name. */
  readonly children?: ReadonlyMap<BytePath, Node>;
}

export interface ReadOptions {
  /** The bytes go into the store too. */
  readonly store: boolean;
  /**
   * Sockets, and links that leave the project, are found too (as content that no store has) instead of being an
   * error: what lies where something else is to be written must be seen, whatever it is.
   */
  readonly anything: boolean;
  /** A link that leaves the folder stands for what it leads to, also outside the project. Nothing is stored. */
  readonly follow?: boolean;
  readonly includeIgnored?: boolean;
  /** Called for every symlink. */
  readonly onLink?: () => void;
  readonly onProgress?: (bytes: number, files: number) => void;
  readonly signal?: AbortSignal;
  /** Called for every file once it is stored. */
  readonly onStored?: (path: BytePath, node: Node) => void;
}

/** How long the terminal and Ctrl-C may have to wait, and how often progress is told, milliseconds. */
const TURN_MS = 40;

/** What lies at `path`; undefined where nothing does. */
export async function readPath(context: WorkspaceContext, path: BytePath, options: ReadOptions): Promise<Node | undefined> {
  return await new PathReader(context, path, options).read(path);
}

class PathReader {
  readonly #context: WorkspaceContext;
  readonly #options: ReadOptions;
  readonly #top: BytePath;
  /** What followed links lead to and what is being read now: a link back to it would never end. */
  readonly #following = new Set<BytePath>();
  #bytes = 0;
  #files = 0;
  #turnStart = performance.now();
  #lastTold = performance.now();

  constructor(context: WorkspaceContext, top: BytePath, options: ReadOptions) {
    this.#context = context;
    this.#top = top;
    this.#options = options;
  }

  async read(path: BytePath): Promise<Node | undefined> {
    const stat = lstat(path);
    if (stat === undefined) {
      this.#context.index.forget(indexKey(this.#context, path));
      return undefined;
    }
    return await this.#readEntry(path, stat);
  }

  async #readEntry(path: BytePath, stat: Stats): Promise<Node> {
    if (stat.isDirectory()) return await this.#readFolder(path, stat);
    return this.#readWithoutWaiting(path, stat) ?? (await this.#readLargeFile(path, stat));
  }

  /** Undefined for a large file, which must be read in pieces. */
  #readWithoutWaiting(path: BytePath, stat: Stats): Node | undefined {
    if (stat.isSymbolicLink()) return this.#readLink(path, stat);
    if (!stat.isFile()) return this.#foreign(stat, fileTypeError(this.#context, path, stat));
    return this.#readSmallFile(path, stat, stat, false);
  }

  #readSmallFile(path: BytePath, stat: Stats, fileStat: Stats, viaLink: boolean): Node | undefined {
    const file = this.#fileToRead(path, fileStat, viaLink);
    const known = knownDigest(this.#context, file);
    if (known === undefined && !isReadAtOnce(fileStat)) return undefined;
    if (known !== undefined) this.#countBytes(fileStat.size);
    return this.#fileNode(path, stat, fileContent(known ?? readAtOnce(this.#context, file), fileStat));
  }

  async #readLargeFile(path: BytePath, stat: Stats): Promise<Node> {
    const viaLink = stat.isSymbolicLink();
    const fileStat = viaLink ? statSync(toSystemPath(path)) : stat;
    const digest = await readInPieces(this.#context, this.#fileToRead(path, fileStat, viaLink));
    return this.#fileNode(path, stat, fileContent(digest, fileStat));
  }

  #fileToRead(path: BytePath, stat: Stats, viaLink: boolean): FileToRead {
    const { store, signal } = this.#options;
    return { path, stat, viaLink, store, onBytes: (bytes) => this.#countBytes(bytes), ...(signal === undefined ? {} : { signal }) };
  }

  #fileNode(path: BytePath, stat: Stats, content: Content): Node {
    const node: Node = { content, stat };
    this.#files += 1;
    this.#options.onStored?.(path, node);
    return node;
  }

  #readLink(path: BytePath, stat: Stats): Node | undefined {
    this.#options.onLink?.();
    const target = readlink(path);
    if (isInside(this.#context.store.loose.folder, target)) {
      const object = statSync(toSystemPath(path), { throwIfNoEntry: false });
      if (object?.isFile() === true) return this.#readSmallFile(path, stat, object, true);
    }
    const error = this.#options.follow === true ? undefined : linkError(this.#context, path, target);
    if (error !== undefined) return this.#foreign(stat, error);
    const bytes = toNameBytes(target);
    const digest = hashBytes(bytes);
    if (this.#options.store) this.#context.store.put(digest, bytes);
    return { content: { digest, size: bytes.length, kind: 'symlink' }, stat };
  }

  #foreign(stat: Stats, error: MloError): Node {
    if (!this.#options.anything) throw error;
    return { content: { digest: NO_DIGEST, size: 0, kind: 'symlink' }, stat };
  }

  async #readFolder(path: BytePath, stat: Stats): Promise<Node> {
    const children = new Map<BytePath, Node>();
    const rows: TreeRow[] = [];
    for (const name of namesIn(path)) {
      if (isTemporaryName(name)) continue;
      const child = await this.#readChild(`${path}/${name}`);
      if (child === undefined) continue;
      children.set(name, child);
      rows.push(contentRow(name, child.content));
    }
    const tree = treeOf(rows);
    if (this.#options.store) this.#context.store.put(tree.content.digest, tree.bytes);
    return { content: tree.content, stat, children };
  }

  /** Awaits only where something takes long: a promise for each of many small files would cost more than the files. */
  #readChild(path: BytePath): Promise<Node | undefined> | Node | undefined {
    const stat = lstat(path);
    if (stat === undefined) {
      if (this.#options.store) throw sourceChanged(path);
      return undefined;
    }
    if (this.#isIgnored(path, stat.isDirectory())) return undefined;
    const behind = this.#behindLink(path, stat);
    if (behind !== undefined) return this.#readFollowed(behind);
    if (performance.now() - this.#turnStart > TURN_MS) return this.#afterTurn(path, stat);
    if (stat.isDirectory()) return this.#readFolder(path, stat);
    return this.#readWithoutWaiting(path, stat) ?? this.#readLargeFile(path, stat);
  }

  /** In a dep, a link that leaves the folder would hide that what it leads to has changed. */
  #behindLink(path: BytePath, stat: Stats): BytePath | undefined {
    if (this.#options.follow !== true || !stat.isSymbolicLink()) return undefined;
    const target = resolved(path);
    if (target === undefined || isInside(this.#top, target)) return undefined;
    this.#options.onLink?.();
    return this.#following.has(target) || isInside(target, this.#top) ? undefined : target;
  }

  async #readFollowed(target: BytePath): Promise<Node | undefined> {
    this.#following.add(target);
    const node = await this.read(target);
    this.#following.delete(target);
    return node;
  }

  async #afterTurn(path: BytePath, stat: Stats): Promise<Node> {
    await nextTurn();
    throwIfInterrupted(this.#options.signal);
    this.#turnStart = performance.now();
    return await this.#readEntry(path, stat);
  }

  #isIgnored(path: BytePath, isFolder: boolean): boolean {
    return this.#options.includeIgnored !== true && this.#context.ignore?.ignores(shownPath(this.#context, path), isFolder) === true;
  }

  #countBytes(bytes: number): void {
    this.#bytes += bytes;
    const now = performance.now();
    if (now - this.#lastTold < TURN_MS) return;
    this.#lastTold = now;
    this.#options.onProgress?.(this.#bytes, this.#files);
  }
}

export function lstat(path: BytePath): Stats | undefined {
  return withIoErrors('look at', toDisplayPath(path), () => {
    try {
      return lstatSync(toSystemPath(path), { throwIfNoEntry: false });
    } catch (error) {
      if (isErrno(error, 'ENOTDIR', 'ENOENT')) return undefined;
      throw error;
    }
  });
}

/** Sorted by bytes. */
export function namesIn(folder: BytePath): readonly BytePath[] {
  return withIoErrors('read the folder', toDisplayPath(folder), () => readdirSync(toSystemPath(folder), { encoding: 'latin1' }).sort());
}

export function readlink(path: BytePath): BytePath {
  return withIoErrors('read the symlink', toDisplayPath(path), () => readlinkSync(toSystemPath(path), { encoding: 'latin1' }));
}

function linkError(context: WorkspaceContext, link: BytePath, target: BytePath): MloError | undefined {
  const shown = shownPath(context, link);
  const inside = staysInside(context, link, target) && (resolved(link) === undefined || isInside(context.realRoot, resolved(link) ?? ''));
  if (inside) return undefined;
  return new MloError(
    'MLO_FILE_TYPE',
    `Symlink ${shown} -> ${toDisplayPath(target)} leaves the project or is absolute; only relative links within the project can be tracked`,
    {
      hint: 'Copy what it points to in its place, or make it a relative link to a path of the project',
      details: { path: shown, target: toDisplayPath(target) },
    },
  );
}

/** The path that a symlink at `path` leads to; `path` where none lies there, undefined where it dangles. */
export function followed(path: BytePath): BytePath | undefined {
  return lstat(path)?.isSymbolicLink() === true ? resolved(path) : path;
}

/** Where a link leads in the end; undefined where it dangles. */
export function resolved(link: BytePath): BytePath | undefined {
  try {
    return realpathSync(toSystemPath(link), { encoding: 'latin1' });
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ELOOP', 'ENOTDIR', 'EACCES')) return undefined;
    throw error;
  }
}

function fileTypeError(context: WorkspaceContext, path: BytePath, stat: Stats): MloError {
  const shown = shownPath(context, path);
  const type = stat.isSocket() ? 'a socket' : stat.isFIFO() ? 'a FIFO' : 'a device';
  return new MloError('MLO_FILE_TYPE', `${shown} is ${type}; only files, folders and symlinks can be tracked`, {
    hint: 'Move it out of that folder, or (where it is no out) name it in .mloignore',
    details: { path: shown },
  });
}
