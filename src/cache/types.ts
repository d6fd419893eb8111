import type { BytePath } from '../core/byte-path.ts';
import type { Content, Digest } from '../core/content.ts';
import type { TreeRow } from '../core/encoding/tree-format.ts';
import type { FingerprintRecord, LockedContent } from '../core/lock/types.ts';
import type { RunId } from '../core/run.ts';
import type { Undeclared } from '../core/undeclared.ts';
import type { LocalObjects } from './transfer.ts';

export interface TreeEntry {
  /** Bytes of the name, losslessly (a Buffer because POSIX names need not be UTF-8). */
  readonly name: Buffer;
  readonly type: 'file' | 'exec' | 'symlink' | 'tree';
  readonly digest: Digest;
  readonly size: number;
  /** Trees only: number of files below. */
  readonly files?: number;
}

export interface ObserveOptions extends CommitOptions {
  /**
   * A symlink at the path itself, or one inside the folder that leaves it, stands for what it leads to, also
   * outside the project: a dep must be seen to change when the file behind it does.
   */
  readonly follow?: boolean;
  /**
   * Sockets, and links that leave the project, are found too, as content that no store has: what lies where
   * something is to be written must be seen, whatever it is.
   */
  readonly anything?: boolean;
  /** Called for every symlink that is met. */
  readonly onLink?: () => void;
}

export interface CommitOptions {
  /** What .mloignore names counts too: outs are kept whole, because they are removed whole. */
  readonly includeIgnored?: boolean;
  /** Called with bytes done so far. */
  readonly onProgress?: (bytes: number, files: number) => void;
  readonly signal?: AbortSignal;
}

export type LinkType = 'reflink' | 'copy' | 'hardlink' | 'symlink';

export interface CheckoutOptions {
  /** Where objects are missing, everything else is placed before the error. Default false: nothing is. */
  readonly partial?: boolean;
  readonly includeIgnored?: boolean;
  /**
   * What lies there is `content` already, and is written anew beside its place for another kind of link, then put there. Throws
   * MLO_SOURCE_CHANGED where it is, or becomes, something else: that is kept. With `includeIgnored`: a folder is replaced as a whole.
   */
  readonly again?: boolean;
  /** First that works; default reflink, copy. */
  readonly link?: readonly LinkType[];
  /** Delete or overwrite files whose bytes are not in the cache. Default false: they are an error. */
  readonly force?: boolean;
  /** Called while it is looked at what lies there, with bytes and files so far. */
  readonly onLook?: (bytes: number, files: number) => void;
  readonly onProgress?: (bytes: number, files: number) => void;
  readonly signal?: AbortSignal;
}

export interface Grafted {
  /** The whole tree. */
  readonly content: Content;
  /** What lay at the changed sub-paths before; without those where nothing did. */
  readonly replaced: ReadonlyMap<string, Content>;
}

export interface DetachOptions {
  /** Called for each file that got bytes of its own, with their number. */
  readonly onDetached?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

export interface CheckoutSummary {
  readonly added: number;
  readonly modified: number;
  readonly deleted: number;
}

/** What was found at a path of the workspace, level by level, as of one look. */
export interface Observed {
  readonly content: Content;
  /** Folders only: what is in it, sorted by name bytes. Digests of files that no store has are right all the same. */
  rows(): readonly TreeRow[];
  /** What lies under a name of a folder; undefined where nothing does. */
  child(name: BytePath): Observed | undefined;
}

/** One execution that can be brought back: what went in (the whole record) and what came out. */
export interface RunCacheEntry {
  readonly schema: 1;
  readonly record: FingerprintRecord;
  readonly outs: { readonly [path: string]: LockedContent };
  /** Provenance; never compared. */
  readonly run: { readonly id: RunId; readonly startedMs: number; readonly durationMs: number };
  /** In-process stages: what was read or started without being declared. Provenance; never compared. */
  readonly undeclared?: readonly Undeclared[];
}

export interface RunCache {
  /** All entries filed under the first key, newest first; broken entries are left out. */
  find(key: Digest): readonly RunCacheEntry[];
  /** Appended before it returns; survives kill -9 at once, power loss after the next `flush`. */
  add(key: Digest, entry: RunCacheEntry): void;
  /** Every entry with its first key, each once, as canonical JSON; broken ones are left out. */
  all(): Iterable<{ readonly key: Digest; readonly text: string }>;
}

/**
 * The object store of a project: bytes by digest, trees, and the run-cache.
 * Paths are absolute. Errors: MLO_OBJECT_MISSING, MLO_OBJECT_CORRUPT, MLO_CACHE_IO, MLO_FILE_TYPE,
 * MLO_SOURCE_CHANGED, MLO_PATH_UNSAFE, MLO_OUT_UNSAVED.
 */
export interface Cache {
  /** What lies at `path`, or undefined where nothing does. Reads the bytes only where the stat index does not know them. */
  observe(path: string, options?: ObserveOptions): Promise<Content | undefined>;
  /** Like `observe`, with everything below, for comparing it name by name with a tree of the store. */
  observeEntries(path: string, options?: ObserveOptions): Promise<Observed | undefined>;
  /** Stores what lies at `path` (the digest is that of the stored bytes) and returns it. */
  commit(path: string, options?: CommitOptions): Promise<Content>;
  /** Makes `path` hold exactly `content`, touching only what differs, verifying every byte it writes. */
  checkout(content: Content, path: string, options?: CheckoutOptions): Promise<CheckoutSummary>;
  /** The object and, for trees, every object below it is there (existence, not integrity). */
  has(content: Content): boolean;
  /** Makes files at `path` that share their bytes with the store files of their own, so that they can be written to. */
  detach(path: string, options?: DetachOptions): void;
  /** Entries of a tree object, verified. */
  readTree(digest: Digest): readonly TreeEntry[];
  /** Content at a sub-path ('a/b') of a tree; undefined where the tree has no such path. */
  subContent(content: Content, path: string): Content | undefined;
  /**
   * The tree with other content at sub-paths ('a/b'; undefined: nothing any more), none inside another. Costs the way to them;
   * new trees are stored, unless `store` is false. What comes in must have been stored before.
   */
  graft(tree: Content, changes: ReadonlyMap<string, Content | undefined>, options?: { readonly store?: boolean }): Grafted;
  /** Bytes of a file, in pieces of bounded size; throws MLO_OBJECT_CORRUPT, at the end at the latest, where they are not those of its digest. */
  stream(content: Content): AsyncIterable<Uint8Array>;
  /** Small objects (logs, params.yaml of a run...). Verified. */
  readBytes(digest: Digest): Buffer;
  putBytes(bytes: Uint8Array): Content;
  /** For remotes: many objects at a time, as they are stored. */
  readonly objects: LocalObjects;
  readonly runs: RunCache;
  /** Makes durable all that was stored so far: objects, then run-cache entries. */
  flush(): Promise<void>;
  /** Flushes, writes the stat index, releases files. */
  close(): Promise<void>;
}
