import type { Digest, Content } from '../core/content.ts';
import type { MetricBatch, MetricPoint, RecordOfBytes, RunId, RunRecord, RunStatus } from '../core/run.ts';
import type { StageAddress } from '../core/stage.ts';
import type { RunInput } from './inputs/inputs.ts';
import type { LoggedModel } from './models/models.ts';
import type { RunEdits } from './edits/types.ts';
import type { Experiments } from './experiments/types.ts';
import type { Exchange } from './merge/types.ts';
import type { RunArtifact } from './read-artifacts.ts';
import type { RunPage, RunSearch } from './search/types.ts';
import type { Value } from '../core/value.ts';

/** Where the code stood. */
export interface RunGit {
  readonly commit: string;
  readonly branch?: string;
  /** A tracked file differs from the commit, or something that the run is made of is not in Git. */
  readonly dirty: boolean;
  /** Object with what was not committed, as `git diff` says it. */
  readonly diff?: Digest;
}

export interface NewRun {
  readonly id: RunId;
  readonly name: string;
  readonly parentId?: RunId;
  /** Default 'Default' (id 0), as MLflow's. */
  readonly experiment?: string;
  readonly stage?: StageAddress;
  readonly command?: string;
  readonly startedMs: number;
  readonly git?: RunGit;
  readonly tags?: { readonly [key: string]: string };
  readonly params?: { readonly [key: string]: Value };
}

export interface FinishRun {
  readonly status: Exclude<RunStatus, 'RUNNING' | 'SCHEDULED'>;
  readonly endedMs: number;
  readonly reason?: string;
  /** Backend and library versions, peak memory, cpu time...; shown, never compared. */
  readonly tags?: { readonly [key: string]: string };
}

/** A stage of a repro that did not execute, with the run that made its outs. */
export interface StageLink {
  readonly stage: StageAddress;
  readonly outcome: 'unchanged' | 'restored';
  readonly producerRunId?: RunId;
}

export interface RunSummary {
  readonly id: RunId;
  readonly name: string;
  readonly experiment: string;
  readonly parentId?: RunId;
  readonly stage?: StageAddress;
  readonly status: RunStatus;
  readonly reason?: string;
  readonly startedMs: number;
  readonly endedMs?: number;
  readonly user: string;
  readonly host: string;
  readonly command?: string;
  readonly git?: RunGit;
  /** When it was deleted; such runs are listed only where they are asked for. */
  readonly deletedMs?: number;
}

/** `value`: of the highest step, then latest time. `min`, `max`: absent where every value is NaN; `step` of the first point that has it. */
export interface MetricSummary {
  readonly value: number;
  readonly step: number;
  readonly points: number;
  readonly min?: { readonly value: number; readonly step: number };
  readonly max?: { readonly value: number; readonly step: number };
}

export interface RunDetail extends RunSummary {
  readonly params: { readonly [key: string]: Value };
  readonly metrics: { readonly [name: string]: MetricSummary };
  readonly tags: { readonly [key: string]: string };
  readonly artifacts: readonly { readonly path: string; readonly content: Content }[];
  /** Data that it was given. */
  readonly inputs: readonly RunInput[];
  readonly models: readonly LoggedModel[];
  readonly links: readonly (StageLink & {
    /** Of the run that made the outs, where it is still known. */
    readonly producer?: Pick<RunDetail, 'params' | 'metrics'>;
  })[];
  readonly children: readonly RunDetail[];
}

export interface RunQuery {
  readonly limit?: number;
  /** Default: only runs without a parent. */
  readonly includeChildren?: boolean;
  readonly status?: RunStatus;
  /** Runs of this stage, which are children; implies `includeChildren`. */
  readonly stage?: StageAddress;
  /** Name of one that is not deleted, unless `deleted`. */
  readonly experiment?: string;
  /** Deleted ones instead of those that are not. */
  readonly deleted?: boolean;
}

/**
 * The tracking database of a project. Writes are grouped: each becomes durable within 250 ms or at
 * `flush`/`close`; a crash loses at most that much. Errors: MLO_TRACKING, MLO_RUN_UNKNOWN.
 */
export interface Tracking {
  startRun(run: NewRun): void;
  finishRun(id: RunId, finish: FinishRun): void;
  logParams(id: RunId, params: { readonly [key: string]: Value }): void;
  logMetrics(id: RunId, points: readonly MetricPoint[]): void;
  /** The same, a column each: for many points. */
  logBatches(id: RunId, batches: readonly MetricBatch[]): void;
  setTags(id: RunId, tags: { readonly [key: string]: string }): void;
  logArtifact(id: RunId, path: string, content: Content): void;
  logInputs(id: RunId, inputs: readonly RunInput[]): void;
  /** The artifact at its `path` is logged by the caller. */
  logModel(id: RunId, model: LoggedModel): void;
  /** Once a run: the order is kept. */
  linkStages(id: RunId, links: readonly StageLink[]): void;
  /** Everything but records of bytes, which the caller must store or look at first. */
  apply(record: Exclude<RunRecord, RecordOfBytes>): void;
  list(query?: RunQuery): readonly RunSummary[];
  /** One page of what a filter finds. Errors: MLO_FILTER for a page token of another search. */
  search(search: RunSearch): RunPage;
  /** `id`: full id or unique prefix of at least 4 characters. */
  get(id: string): RunDetail;
  /** What all runs keep, newest run first. */
  artifacts(): readonly RunArtifact[];
  /** By step, then time; each point once. Empty where the run has no such metric. */
  metricSeries(id: RunId, name: string): MetricBatch;
  /** Changes of recorded runs: delete, restore, purge, tags, names. */
  readonly edits: RunEdits;
  readonly experiments: Experiments;
  /** Export and import. */
  readonly exchange: Exchange;
  /** Runs marked RUNNING whose process is gone (dead pid on this host, or no heartbeat) become FAILED; returns them. */
  reconcile(): readonly RunSummary[];
  flush(): void;
  close(): void;
}
