import type { Value } from './value.ts';

/** 32 lower-case hexadecimal characters, as MLflow's. */
export type RunId = string;

/** SCHEDULED: made by a client that starts the work later. */
export type RunStatus = 'SCHEDULED' | 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';

/** `timestampMs`: Unix milliseconds. `value` may be NaN or infinite. */
export interface MetricPoint {
  readonly name: string;
  readonly value: number;
  readonly step: number;
  readonly timestampMs: number;
}

/** Points of one metric, a column each, in order of logging; all three have the same length. */
export interface MetricBatch {
  readonly name: string;
  /** Safe integers. */
  readonly steps: ArrayLike<number>;
  /** Unix milliseconds, whole. */
  readonly timestampsMs: ArrayLike<number>;
  /** May be NaN or infinite. */
  readonly values: ArrayLike<number>;
}

/** What a running stage logs; crosses thread and process borders in batches, so it is plain data. */
export type RunRecord =
  | { readonly type: 'params'; readonly run: RunId; readonly params: { readonly [key: string]: Value } }
  | { readonly type: 'metrics'; readonly run: RunId; readonly batches: readonly MetricBatch[] }
  | { readonly type: 'tags'; readonly run: RunId; readonly tags: { readonly [key: string]: string } }
  /** `path`: absolute path of the file or folder to keep; `name`: artifact path within the run. */
  | { readonly type: 'artifact'; readonly run: RunId; readonly name: string; readonly path: string }
  /** The same with its bytes as they were at the call. */
  | { readonly type: 'artifact-bytes'; readonly run: RunId; readonly name: string; readonly bytes: Uint8Array; readonly mode?: 'exec' }
  /** `path`: absolute path of data that is used; only its digest is kept. */
  | { readonly type: 'input'; readonly run: RunId; readonly path: string; readonly context: string }
  /** An artifact that is a model. `temporary`: what lies at `path` is removed once its bytes are kept. */
  | {
      readonly type: 'model';
      readonly run: RunId;
      readonly name: string;
      readonly path: string;
      readonly modelType: string;
      readonly temporary?: boolean;
    }
  | { readonly type: 'child-start'; readonly run: RunId; readonly parent: RunId; readonly name: string; readonly timestampMs: number }
  | { readonly type: 'child-end'; readonly run: RunId; readonly status: RunStatus; readonly timestampMs: number; readonly reason?: string };

/** Records that cannot be written before bytes are stored, or looked at. */
export type RecordOfBytes = Extract<RunRecord, { readonly type: 'artifact' | 'artifact-bytes' | 'input' | 'model' }>;
