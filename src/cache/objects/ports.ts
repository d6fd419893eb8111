import type { Digest } from '../../core/content.ts';

export interface StoredObject {
  readonly digest: Digest;
  /** Bytes of the object; what it takes on the disk may be less. */
  readonly size: number;
}

/** One place that holds objects: the journal, the packs, the loose files. */
export interface ObjectSource {
  /** Bytes, or undefined where the object is not here. */
  sizeOf(digest: Digest): number | undefined;
  /**
   * Bytes that have the digest, or undefined where there is no good copy here. Broken copies that are met are told, and
   * in a cache that may be written to they are set aside: kept in `corrupt/`, and not here from now on.
   */
  read(digest: Digest, onBroken?: () => void): Buffer | undefined;
  /** A file that is exactly the object, where there is one; not verified. */
  fileOf(digest: Digest): string | undefined;
  /** Looks again for what other processes have added; true where something may be new. */
  refresh(): boolean;
  /** All that is here; an object may come more than once. */
  objects(): Iterable<StoredObject>;
}
