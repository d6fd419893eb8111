import { lstatSync, statSync, type Stats } from 'node:fs';
import { MloError } from '../../core/errors/mlo-error.ts';
import { readNames, readRealPath, readTarget } from '../../fs/byte-names.ts';
import { liesInside, toBytePath, toDisplayPath, toNameBytes, toSystemPath, type BytePath } from '../../fs/byte-path.ts';
import { isErrno, withIoErrors } from '../../fs/errno.ts';
import { hashBytes } from '../../fs/hash.ts';
import { throwIfInterrupted } from '../../fs/interrupt.ts';
import { NO_DIGEST } from '../journal/record-format.ts';
import { nodeStat, type Node } from '../scan/node.ts';
import { Scanner } from '../scan/scanner.ts';
import { indexKey, shownPath, staysInside, type WorkspaceContext } from './context.ts';
import { fileContent, isReadAtOnce, knownDigest, readAtOnce, readInPieces, type FileToRead } from './read-file.ts';
import { sourceChanged } from './source-changed.ts';

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
}

/** How often progress is told, milliseconds. */
const TELL_MS = 40;

/** What lies at `path`; undefined where nothing does. */
export async function readPath(context: WorkspaceContext, path: BytePath, options: ReadOptions): Promise<Node | undefined> {
  const reader = new PathReader(context, path, options);
  try {
    return await reader.read(path);
  } catch (error) {
    reader.stop();
    throw error;
  }
}

class PathReader {
  readonly #context: WorkspaceContext;
  readonly #options: ReadOptions;
  readonly #top: BytePath;
  readonly #scanner: Scanner;
  /** What followed links lead to and what is being read now: a link back to it would never end. */
  readonly #following = new Set<BytePath>();
  #bytes = 0;
  #files = 0;
  #lastTold = performance.now();

  constructor(context: WorkspaceContext, top: BytePath, options: ReadOptions) {
    this.#context = context;
    this.#top = top;
    this.#options = options;
    this.#scanner = new Scanner(context, {
      store: options.store,
      includeIgnored: options.includeIgnored ?? false,
      signal: options.signal,
      readSpecial: async (special) => await this.#readSpecial(special),
      onFiles: (bytes, files) => this.#count(bytes, files),
    });
  }

  stop(): void {
    this.#scanner.stop();
  }

  async read(path: BytePath): Promise<Node | undefined> {
    const stat = lstat(path);
    if (stat?.isDirectory() === true) return await this.#scanner.scan(path);
    if (stat === undefined) {
      this.#context.index.forget(indexKey(this.#context, path));
      this.#context.index.forgetFolder(indexKey(this.#context, path));
      return undefined;
    }
    return await this.#readOther(path, stat);
  }

  async #readSpecial(path: BytePath): Promise<Node | undefined> {
    throwIfInterrupted(this.#options.signal);
    const stat = lstat(path);
    if (stat === undefined) return undefined;
    const behind = this.#behindLink(path, stat);
    if (behind !== undefined) return await this.#readFollowed(behind);
    if (stat.isDirectory()) throw sourceChanged(path);
    return await this.#readOther(path, stat);
  }

  /** Anything but a folder. */
  async #readOther(path: BytePath, stat: Stats): Promise<Node> {
    if (stat.isFile()) return await this.#readFile(path, stat, stat, false);
    if (stat.isSymbolicLink()) return await this.#readLink(path, stat);
    return this.#foreign(stat, fileTypeError(this.#context, path, stat));
  }

  async #readFile(path: BytePath, stat: Stats, fileStat: Stats, viaLink: boolean): Promise<Node> {
    const { store, signal } = this.#options;
    const file: FileToRead = {
      path,
      stat: fileStat,
      viaLink,
      store,
      onBytes: (bytes) => this.#count(bytes, 0),
      ...(signal === undefined ? {} : { signal }),
    };
    const known = knownDigest(this.#context, file);
    if (known !== undefined) this.#count(fileStat.size, 0);
    const digest = known ?? (isReadAtOnce(fileStat) ? readAtOnce(this.#context, file) : await readInPieces(this.#context, file));
    this.#count(0, 1);
    return { content: fileContent(digest, fileStat), stat: nodeStat(stat) };
  }

  async #readLink(path: BytePath, stat: Stats): Promise<Node> {
    this.#options.onLink?.();
    const target = readlink(path);
    if (liesInside(toBytePath(this.#context.store.loose.folder), target)) {
      const object = statSync(toSystemPath(path), { throwIfNoEntry: false });
      if (object?.isFile() === true) return await this.#readFile(path, stat, object, true);
    }
    const error = this.#options.follow === true ? undefined : linkError(this.#context, path, target);
    if (error !== undefined) return this.#foreign(stat, error);
    const bytes = toNameBytes(target);
    const digest = hashBytes(bytes);
    if (this.#options.store) this.#context.store.put(digest, bytes);
    return { content: { digest, size: bytes.length, kind: 'symlink' }, stat: nodeStat(stat) };
  }

  #foreign(stat: Stats, error: MloError): Node {
    if (!this.#options.anything) throw error;
    return { content: { digest: NO_DIGEST, size: 0, kind: 'symlink' }, stat: nodeStat(stat) };
  }

  /** In a dep, a link that leaves the folder would hide that what it leads to has changed. */
  #behindLink(path: BytePath, stat: Stats): BytePath | undefined {
    if (this.#options.follow !== true || !stat.isSymbolicLink()) return undefined;
    const target = resolved(path);
    if (target === undefined || liesInside(this.#top, target)) return undefined;
    this.#options.onLink?.();
    return this.#following.has(target) || liesInside(target, this.#top) ? undefined : target;
  }

  async #readFollowed(target: BytePath): Promise<Node | undefined> {
    this.#following.add(target);
    const node = await this.read(target);
    this.#following.delete(target);
    return node;
  }

  #count(bytes: number, files: number): void {
    this.#bytes += bytes;
    this.#files += files;
    const now = performance.now();
    if (now - this.#lastTold < TELL_MS) return;
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
  return withIoErrors('read the folder', toDisplayPath(folder), () => readNames(folder).sort());
}

function readlink(path: BytePath): BytePath {
  return withIoErrors('read the symlink', toDisplayPath(path), () => readTarget(path));
}

function linkError(context: WorkspaceContext, link: BytePath, target: BytePath): MloError | undefined {
  const shown = shownPath(context, link);
  const end = resolved(link);
  const inside = staysInside(context, link, target) && (end === undefined || liesInside(context.realRoot, end));
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
    return readRealPath(link);
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
