import type { Digest } from '../../core/content.ts';

/** Something in the cache that is not as it was written. */
export interface Damage {
  /** `object`: one copy of an object; the others: a file as a whole, or what is in it besides objects. */
  readonly kind: 'object' | 'pack' | 'pack-index' | 'journal' | 'run-cache' | 'broken-list';
  /** Absolute path of the file. */
  readonly file: string;
  /** Of an object. */
  readonly digest?: Digest;
  /** Goes on after "<file>: ". */
  readonly why: string;
}

/** What one job found in one file, or some. */
export interface CheckResult {
  /** Bytes that were read. */
  readonly bytes: number;
  readonly objects: number;
  readonly runs: number;
  readonly damages: readonly Damage[];
}

export const NOTHING_FOUND: CheckResult = { bytes: 0, objects: 0, runs: 0, damages: [] };
