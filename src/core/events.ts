import type { Reason, StageOutcome, StageState } from './plan/types.ts';
import type { RunId } from './run.ts';
import type { StageAddress } from './stage.ts';
import type { Problem } from './errors/mlo-error.ts';

/** Version of the event union below; part of every NDJSON line as `schemaVersion`. */
export const EVENT_SCHEMA_VERSION = 1;

export interface StageReport {
  readonly name: StageAddress;
  readonly outcome: StageOutcome;
  readonly reasons: readonly Reason[];
  readonly durationMs: number;
  /** What the run that made these outs took; shown as time saved for unchanged and restored stages. */
  readonly savedMs?: number;
  readonly runId?: RunId;
  /** TensorFlow backend that it ran on, with versions of TensorFlow.js and of the C++ library. */
  readonly backend?: { readonly name: string; readonly version: string; readonly tensorflow?: string; readonly intraOpThreads?: number };
  /** How often it was tried, where that was more than once; each try has a run. */
  readonly attempts?: number;
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly details?: { readonly [key: string]: unknown };
  };
}

/** All that the core and app tell the outside while they work. `timestampMs` is added by the emitter's owner. */
export type Event =
  | { readonly type: 'repro-start'; readonly stages: number; readonly runId?: RunId }
  | { readonly type: 'plan'; readonly stages: readonly { name: StageAddress; state: StageState; reasons: readonly Reason[] }[] }
  | {
      readonly type: 'stage-start';
      readonly stage: StageAddress;
      readonly runId?: RunId;
      readonly command: string;
      readonly reasons: readonly Reason[];
    }
  | { readonly type: 'stage-output'; readonly stage: StageAddress; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  | { readonly type: 'stage-metric'; readonly stage: StageAddress; readonly name: string; readonly value: number; readonly step: number }
  | { readonly type: 'stage-finish'; readonly report: StageReport }
  | {
      readonly type: 'progress';
      readonly task: 'look' | 'hash' | 'commit' | 'checkout' | 'verify' | 'gc' | 'push' | 'fetch' | 'install' | 'remove';
      readonly label: string;
      readonly done: number;
      readonly total: number;
      readonly unit: 'bytes' | 'files' | 'objects';
    }
  | { readonly type: 'note'; readonly message: string }
  | { readonly type: 'warning'; readonly message: string; readonly problem?: Problem }
  | { readonly type: 'repro-finish'; readonly ok: boolean; readonly stages: readonly StageReport[]; readonly durationMs: number };

export type Emit = (event: Event) => void;
