import type { Digest } from '../../core/content.ts';

/** One place that holds objects: the journal, the loose files. Nothing here verifies what it returns. */
export interface ObjectSource {
  /** Bytes, or undefined where the object is not here. */
  sizeOf(digest: Digest): number | undefined;
  read(digest: Digest): Buffer | undefined;
  /** A file that is exactly the object, where there is one. */
  fileOf(digest: Digest): string | undefined;
  /** Looks again for what other processes have added; true where something may be new. */
  refresh(): boolean;
  /** The object was found broken: from now on it is not here. Its bytes are kept in `corrupt/`. */
  setAside(digest: Digest): void;
}

/** A place that takes objects whose bytes are in memory. */
export interface ObjectSink {
  /** In the kernel's hands at the latest when `push` returns. */
  put(digest: Digest, bytes: Uint8Array): void;
  push(): void;
  /** Makes all of it survive a power loss. */
  flush(): Promise<void>;
}
