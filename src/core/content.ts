/** Lower-case hexadecimal BLAKE3-256 of bytes: 64 characters. */
export type Digest = string & { readonly __digest: unique symbol };

type ContentKind = 'file' | 'tree' | 'symlink';

/**
 * What lies at a path, by content.
 * `size` is in bytes (a tree: the sum over its files), `files` counts the files of a tree,
 * `mode` is `'exec'` for an executable single file and absent otherwise.
 * A tree's digest is that of its tree object; a symlink's that of its target text.
 */
export interface Content {
  readonly digest: Digest;
  readonly size: number;
  readonly kind: ContentKind;
  readonly files?: number;
  readonly mode?: 'exec';
  /** URLs that stages depend on: what the server says of the state that was seen. Never compared; the digest is that of it. */
  readonly etag?: string;
  readonly version?: string;
}

const DIGEST = /^[0-9a-f]{64}$/;

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text);
}

/** Equal bytes, kind and executable bit; sizes follow from the digest. */
export function sameContent(a: Content | undefined, b: Content | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.digest === b.digest && a.kind === b.kind && a.mode === b.mode;
}
