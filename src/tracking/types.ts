import type { Digest, Content } from '../core/content.ts';
import type { MetricPoint, RunId, RunRecord, RunStatus } from '../core/run.ts';
import type { StageAddress } from '../core/stage.ts';
import type { RunArtifact } from './read-artifacts.ts';
import type { Value } from '../core/value.ts';

export interface NewRun {
  readonly id: RunId;
  readonly name: string;
  readonly parentId?: RunId;
  /** Default 'Default' (id 0), as MLflow's. */
  readonly experiment?: string;
  readonly stage?: StageAddress;
  readonly command?: string;
  readonly startedMs: number;
  readonly git?: { readonly commit: string; readonly branch?: string; readonly dirty: boolean };
  readonly tags?: { readonly [key: string]: string };
  readonly params?: { readonly [key: string]: Value };
}

export interface FinishRun {
  readonly status: Exclude<RunStatus, 'RUNNING'>;
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
  readonly git?: { readonly commit: string; readonly branch?: string; readonly dirty: boolean };
}

export interface RunDetail extends RunSummary {
  readonly params: { readonly [key: string]: Value };
  /** Last value of every metric (highest step, then latest time), with the number of points. */
  readonly metrics: { readonly [name: string]: { readonly value: number; readonly step: number; readonly points: number } };
  readonly tags: { readonly [key: string]: string };
  readonly artifacts: readonly { readonly path: string; readonly content: Content }[];
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
}

/**
 * The tracking store of a project. Writes are grouped: each becomes durable within 250 ms or at
 * `flush`/`close`; a crash loses at most that much. Errors: MLO_TRACKING, MLO_RUN_UNKNOWN.
 */
export interface Tracking {
  startRun(run: NewRun): void;
  finishRun(id: RunId, finish: FinishRun): void;
  logParams(id: RunId, params: { readonly [key: string]: Value }): void;
  logMetrics(id: RunId, points: readonly MetricPoint[]): void;
  setTags(id: RunId, tags: { readonly [key: string]: string }): void;
  logArtifact(id: RunId, path: string, content: Content): void;
  /** Once a run: the order is kept. */
  linkStages(id: RunId, links: readonly StageLink[]): void;
  /** Everything but `artifact` records, whose bytes the caller must store first. */
  apply(record: Exclude<RunRecord, { type: 'artifact' }>): void;
  list(query?: RunQuery): readonly RunSummary[];
  /** `id`: full id or unique prefix of at least 4 characters. */
  get(id: string): RunDetail;
  /** What all runs keep, newest run first. */
  artifacts(): readonly RunArtifact[];
  metricSeries(id: RunId, name: string): readonly MetricPoint[];
  /** Runs marked RUNNING whose process is gone (dead pid on this host, or no heartbeat) become FAILED; returns them. */
  reconcile(): readonly RunSummary[];
  flush(): void;
  close(): void;
}

export type { Digest };
