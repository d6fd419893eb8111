import type { Digest } from '../../core/content.ts';
import type { Claim, Root } from '../inventory/reach.ts';
import type { RunCacheEntry } from '../types.ts';

export interface Claims {
  /** Who needs something, in the order in which objects are counted for them. */
  readonly claims: readonly { readonly label: string; readonly roots: readonly Root[] }[];
  /** Whether a run-cache entry is kept. */
  readonly keepsRun: (entry: RunCacheEntry) => boolean;
  /** Whatever came after this moment stays, Unix milliseconds. */
  readonly youngSinceMs: number;
  /** Bytes that the cache should not exceed; what else has the same bytes then goes, longest unused first. */
  readonly limit?: { readonly bytes: number; readonly elsewhere: readonly Copy[] };
}

/** A file that something other than the cache has, with these very bytes. */
export interface Copy {
  readonly digest: Digest;
  /** Of the tracked path that it is in: what run-cache entries name. */
  readonly within: Digest;
}

export interface Amount {
  readonly objects: number;
  /** On the disk. */
  readonly bytes: number;
}

interface Evicted extends Amount {
  /** Bytes that had to go. */
  readonly wanted: number;
  /** False where nothing else has what is left. */
  readonly reached: boolean;
}

/** What goes, and what stays and why. Sizes in bytes. */
export interface CollectPlan {
  readonly kept: readonly (Claim & { readonly label: string })[];
  readonly young: Claim;
  /** Not needed and not young, by where it lies. A loose file, an entry of a pack, a record of the journal. */
  readonly gone: { readonly loose: Amount; readonly packed: Amount; readonly journal: Amount };
  /** Of the packed: what stays for now, in packs of which most is needed. */
  readonly waiting: Amount;
  readonly runs: { readonly kept: number; readonly dropped: number };
  readonly packs: { readonly deleted: number; readonly rewritten: number };
  readonly segments: number;
  /** The whole cache on the disk, before and, as far as it can be told, after. */
  readonly size: { readonly before: number; readonly after: number };
  /** Needed, and not in the cache. */
  readonly missing: number;
  readonly evicted?: Evicted;
}

/** What a disk without room kept from being done: it is as it was, and the next time finds it again. */
export interface Unfinished {
  /** Packs that would have been written anew, and what of them would have gone. */
  readonly packs: number;
  readonly packed: Amount;
  /** What the journal has could not move to packs. */
  readonly journal: boolean;
}
