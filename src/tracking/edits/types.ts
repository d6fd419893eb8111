import type { RunId } from '../../core/run.ts';

export interface NamedRun {
  readonly id: RunId;
  readonly name: string;
}

/** `asked`: what was named; `runs`: all that changed, also below. Those that were so already are in neither. */
export interface LifecycleChange {
  readonly asked: readonly NamedRun[];
  readonly runs: readonly NamedRun[];
  readonly already: readonly NamedRun[];
}

/** Which deleted runs are to go: those named, those deleted at least `olderThanMs` ago, or all, also by a clock that is ahead of this one. */
export type PurgeSelection = { readonly ids: readonly string[] } | { readonly olderThanMs: number } | { readonly allDeleted: true };

export interface PurgePlan {
  readonly runs: readonly (NamedRun & { readonly deletedMs: number })[];
  /** What goes with them. */
  readonly points: number;
  readonly artifacts: number;
  /** Deleted ones that stay, with what is below them or what runs; not of runs that are named: there it is an error. */
  readonly kept: readonly NamedRun[];
}

/**
 * Changes of runs after they were recorded. Ids are full ones or unique beginnings of at least 4 characters.
 * Errors: MLO_RUN_UNKNOWN, MLO_RUN_STATE, MLO_TRACKING.
 */
export interface RunEdits {
  /** The run and all below it; nothing is lost until `purge`. Refuses what still runs, unless forced. */
  delete(ids: readonly string[], options?: { readonly force?: boolean }): LifecycleChange;
  /** With them what was deleted together with them. */
  restore(ids: readonly string[]): LifecycleChange;
  purgePlan(selection: PurgeSelection): PurgePlan;
  /** For good; only the ids stay, so that no import brings the runs back. */
  purge(selection: PurgeSelection): PurgePlan;
  /** `null` removes a tag. Returns the run with what really changed. */
  setTags(id: string, tags: ReadonlyMap<string, string | null>): NamedRun & { readonly changed: readonly string[] };
  /** Returns the run with its new name, and the old one. */
  rename(id: string, name: string): NamedRun & { readonly before: string };
}
