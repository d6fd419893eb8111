import type { Content, Digest } from '../content.ts';
import type { Value } from '../value.ts';

/** A file or tree as a lock writes it: `kind` is left out for files. */
export interface LockedContent {
  readonly digest: Digest;
  readonly size: number;
  readonly kind?: 'tree' | 'symlink';
  readonly files?: number;
  readonly mode?: 'exec';
  /** Deps that are URLs: what the digest was made of, for people. */
  readonly etag?: string;
  readonly version?: string;
}

/** A path that module resolution tried and that did not exist: it must stay missing. */
export type CodeDigest = Digest | 'missing';

/** Name → path. */
export interface DeclaredNames {
  readonly deps?: { readonly [name: string]: string };
  readonly outs?: { readonly [name: string]: string };
}

/**
 * Everything that decides whether a stage must run again. Equal records = equal fingerprint.
 * Maps are keyed by path or name; paths are relative to the project root.
 */
export interface FingerprintRecord {
  readonly cmd?: string | readonly string[];
  readonly shell?: string;
  readonly run?: string;
  readonly stageApi?: number;
  readonly wdir?: string;
  readonly env?: { readonly [name: string]: Digest };
  readonly backend?: string;
  readonly seed?: number;
  readonly params?: { readonly [file: string]: { readonly [key: string]: Value } };
  readonly deps?: { readonly [path: string]: LockedContent };
  /** Of a module stage: its deps and outs with a name, by which its code asks for their paths. */
  readonly names?: DeclaredNames;
  /** Modules the stage was found to load: own files by digest, symlinks on the way by that of their target's text. Discovered by running. */
  readonly code?: { readonly [path: string]: CodeDigest };
  /** `importer > name@version` to lock-file integrity ('' where there is none). Discovered by running. */
  readonly packages?: { readonly [importerToPackage: string]: string };
}

export interface LockEntry extends FingerprintRecord {
  readonly outs?: { readonly [path: string]: LockedContent };
}

/** One `pipeline.lock`: what every stage of that pipeline file last ran with and produced. */
export interface Lock {
  readonly hash: 'blake3-256';
  readonly schema: 1;
  readonly stages: { readonly [name: string]: LockEntry };
}

export function toLocked(content: Content): LockedContent {
  return {
    digest: content.digest,
    size: content.size,
    ...(content.kind === 'file' ? {} : { kind: content.kind }),
    ...(content.files === undefined ? {} : { files: content.files }),
    ...(content.mode === undefined ? {} : { mode: content.mode }),
    ...(content.etag === undefined ? {} : { etag: content.etag }),
    ...(content.version === undefined ? {} : { version: content.version }),
  };
}

export function fromLocked(locked: LockedContent): Content {
  return { ...locked, kind: locked.kind ?? 'file' };
}
