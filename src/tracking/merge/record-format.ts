import type { Content, Digest } from '../../core/content.ts';
import type { RunId, RunStatus } from '../../core/run.ts';
import type { RunInput } from '../inputs/inputs.ts';
import type { LoggedModel } from '../models/models.ts';
import type { PointColumns } from '../points/columns.ts';

/**
 * A run as JSON lines, in this order: `run`; then any number of `params`, `tags`, `metric`, `inputs`, `artifacts`, `links`, `models`;
 * then `end`. Described in docs/design.md. Newer versions are refused.
 */
export const RECORD_FORMAT = 'mlo-run';
export const RECORD_VERSION = 1;

/** Most points of a `metric` line, and most entries of any other. */
export const POINTS_A_LINE = 8_000;
export const ENTRIES_A_LINE = 1_000;

/** A value that may change, and when it was set; null: removed. */
export interface ChangingValue {
  readonly value: string | null;
  readonly changedMs: number;
}

export interface RunLine {
  readonly type: 'run';
  readonly id: RunId;
  readonly parentId?: RunId;
  readonly experiment: { readonly name: string; readonly createdMs: number; readonly tags?: { readonly [key: string]: ChangingValue } };
  /** 0 until the run comes into another experiment than it started in. */
  readonly experimentChangedMs: number;
  readonly name: string;
  readonly nameChangedMs: number;
  readonly stage?: string;
  readonly status: RunStatus;
  readonly reason?: string;
  readonly startedMs: number;
  readonly endedMs?: number;
  readonly heartbeatMs: number;
  readonly deletedMs?: number;
  readonly lifecycleChangedMs: number;
  readonly user: string;
  readonly process: { readonly host: string; readonly pid: number; readonly start?: string };
  readonly command?: string;
  readonly git?: { readonly commit: string; readonly branch?: string; readonly dirty: boolean; readonly diff?: Digest };
}

export interface InputEntry extends RunInput {
  readonly schema?: string;
  readonly profile?: string;
  /** JSON. */
  readonly tags: string;
}

export interface ArtifactEntry extends Content {
  readonly path: string;
  readonly changedMs: number;
}

export interface LinkEntry {
  readonly stage: string;
  readonly outcome: 'unchanged' | 'restored';
  readonly producerRunId?: string;
  readonly position: number;
}

export interface ModelEntry extends LoggedModel {
  readonly changedMs: number;
  readonly deletedMs?: number;
  /** Canonical JSON by key. */
  readonly params: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, ChangingValue>;
}

/** A line as it was read and checked. */
export type RecordLine =
  | RunLine
  | { readonly type: 'params'; readonly params: ReadonlyMap<string, string> }
  | { readonly type: 'tags'; readonly tags: ReadonlyMap<string, ChangingValue> }
  | ({ readonly type: 'metric'; readonly name: string } & PointColumns)
  | { readonly type: 'inputs'; readonly inputs: readonly InputEntry[] }
  | { readonly type: 'artifacts'; readonly artifacts: readonly ArtifactEntry[] }
  | { readonly type: 'links'; readonly links: readonly LinkEntry[] }
  | { readonly type: 'models'; readonly models: readonly ModelEntry[] }
  | { readonly type: 'end'; readonly lines: number; readonly digest: string };
