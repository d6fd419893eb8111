import type { Value } from './value.ts';

/** 32 lower-case hexadecimal characters, as MLflow's. */
export type RunId = string;

export type RunStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';

/** `timestampMs`: Unix milliseconds. `value` may be NaN or infinite. */
export interface MetricPoint {
  readonly name: string;
  readonly value: number;
  readonly step: number;
  readonly timestampMs: number;
}

/** What a running stage logs; crosses thread and process borders in batches, so it is plain data. */
export type RunRecord =
  | { readonly type: 'params'; readonly run: RunId; readonly params: { readonly [key: string]: Value } }
  | { readonly type: 'metrics'; readonly run: RunId; readonly points: readonly MetricPoint[] }
  | { readonly type: 'tags'; readonly run: RunId; readonly tags: { readonly [key: string]: string } }
  /** `path`: absolute path of the file or folder to keep; `name`: artifact path within the run. */
  | { readonly type: 'artifact'; readonly run: RunId; readonly name: string; readonly path: string }
  | { readonly type: 'child-start'; readonly run: RunId; readonly parent: RunId; readonly name: string; readonly timestampMs: number }
  | { readonly type: 'child-end'; readonly run: RunId; readonly status: RunStatus; readonly timestampMs: number; readonly reason?: string };
