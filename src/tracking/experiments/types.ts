import type { NamedRun } from '../edits/types.ts';

export interface Experiment {
  /** A whole number as text, as MLflow's; '0' is Default. */
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  /** Of name, tags or lifecycle. */
  readonly changedMs: number;
  readonly deletedMs?: number;
  readonly tags: { readonly [key: string]: string };
  /** Not deleted ones, those below others not counted. */
  readonly runs: number;
  /** Not deleted ones below others. */
  readonly runsBelow: number;
  /** When the newest of them started. */
  readonly newestRunMs?: number;
}

export interface ExperimentLifecycle {
  readonly experiment: Experiment;
  /** That went or came back with it, also below others. */
  readonly runs: readonly NamedRun[];
  /** How many of them are below others. */
  readonly below: number;
}

/**
 * Experiments are told apart by their names, on every machine. A name is taken among those that are not deleted.
 * `nameOrId`: a name, else an id. Errors: MLO_EXPERIMENT, MLO_RUN_STATE, MLO_TRACKING.
 */
export interface Experiments {
  /** Default first, then by name. */
  list(options?: { readonly deleted?: boolean }): readonly Experiment[];
  create(name: string, tags?: ReadonlyMap<string, string>): Experiment;
  rename(nameOrId: string, name: string): Experiment;
  /** Softly, with its runs. Refuses what still runs, unless forced. */
  delete(nameOrId: string, options?: { readonly force?: boolean }): ExperimentLifecycle;
  /** The one of that name that was deleted last, with the runs that went with it. `as`: another name, where its own is taken. */
  restore(nameOrId: string, options?: { readonly as?: string }): ExperimentLifecycle;
  /** `null` removes a tag. Returns what is there then. */
  setTags(nameOrId: string, tags: ReadonlyMap<string, string | null>): Experiment;
}
