import type { FoundRun } from '../search/types.ts';
import type { Content, Digest } from '../../core/content.ts';
import type { RunId } from '../../core/run.ts';
import type { NamedRun } from '../edits/types.ts';

/** One line of an export; `text` without its line end. */
export interface SourceLine {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

export interface ImportedRun extends NamedRun {
  /** `purged`: it was purged here, and stays so. */
  readonly outcome: 'added' | 'changed' | 'unchanged' | 'purged';
  /** Params that have another value here: the one here stays. Canonical JSON. */
  readonly conflicts: readonly { readonly key: string; readonly kept: string; readonly given: string }[];
  readonly artifacts: readonly { readonly path: string; readonly content: Content }[];
  /** A parent that this store does not have yet. */
  readonly waitsFor?: RunId;
}

/** Which runs, with everything below them. Ids are full ones or unique beginnings. */
export type ExportSelection =
  | { readonly ids: readonly string[] }
  | { readonly all: true }
  /** Started, logged to, or changed since, Unix milliseconds. */
  | { readonly sinceMs: number };

export interface WideNames {
  readonly params: readonly string[];
  readonly metrics: readonly string[];
  readonly tags: readonly string[];
}

/** A run that has ended, as it is known now. */
export interface RunState {
  readonly id: RunId;
  /** Of all that an export of the run says; equal ones mean equal exports. */
  readonly fingerprint: Digest;
  /** Of what it keeps. */
  readonly artifacts: readonly { readonly path: string; readonly content: Pick<Content, 'digest' | 'kind' | 'size'> }[];
}

export interface RunStates {
  /** Parents first; without those below one that has not ended. */
  readonly ended: readonly RunState[];
  /** How many others there are. */
  readonly open: number;
  readonly purged: ReadonlySet<RunId>;
}

/** Takes runs out of one store and into another. Errors: MLO_RUN_UNKNOWN, MLO_FORMAT, MLO_FORMAT_VERSION, MLO_TRACKING. */
export interface Exchange {
  /** Parents before what is below them; deleted runs too. */
  select(selection: ExportSelection): readonly RunId[];
  /** Pieces of text, whole lines each; memory for one line at a time where a metric was logged in order. */
  export(id: RunId): Iterable<string>;
  /**
   * The same of many runs, all of one state of the store, and several times as fast. The lines of a run are to be read before the next run is asked for; nothing is
   * written through this handle meanwhile.
   */
  exportAll(ids: readonly RunId[]): Iterable<{ readonly id: RunId; readonly lines: Iterable<string> }>;
  states(): RunStates;
  /** The value that each run has of a tag, of those that have it. */
  tagged(key: string): ReadonlyMap<RunId, string>;
  /** Names in use in these runs. */
  wideNames(ids: readonly RunId[]): WideNames;
  /** Those that are not deleted. */
  wideRuns(ids: readonly RunId[]): Iterable<FoundRun>;
  /** Points of one metric in order, at most so many a piece. */
  points(
    id: RunId,
    metric: string,
  ): Iterable<{ readonly steps: ArrayLike<number>; readonly timestampsMs: ArrayLike<number>; readonly values: ArrayLike<number> }>;
  /**
   * Takes in the next run of the lines, whole or not at all; undefined where there is none. `revive`: also one that was purged here. `only`: no
   * other one.
   * A wrong line is an MloError with `details.line`.
   */
  importRun(
    lines: AsyncIterator<SourceLine>,
    options?: { readonly revive?: boolean; readonly only?: RunId; readonly signal?: AbortSignal },
  ): Promise<ImportedRun | undefined>;
}
