import type { LockEntry } from '../lock/types.ts';
import type { RunId } from '../run.ts';
import type { Stage } from '../stage.ts';
import type { Value } from '../value.ts';

export type ReasonKind =
  | 'new' // no lock entry
  | 'cmd'
  | 'run'
  | 'shell'
  | 'wdir'
  | 'env'
  | 'backend'
  | 'seed'
  | 'stage-api'
  | 'param'
  | 'dep'
  | 'name' // of a dep or out: `key` is `deps.train`, `old` and `new` are paths
  | 'code'
  | 'package'
  | 'out' // an out is missing or differs from the lock
  | 'forced'
  | 'always-changed'
  | 'no-deps-no-outs'
  | 'upstream' // a stage that writes one of its deps will run first
  | 'missing-dep'
  | 'missing-data'
  | 'upstream-blocked'
  | 'upstream-failed' // in this repro
  | 'failed-before' // no lock entry, and the last attempt failed; `key` is the stage
  | 'cut-short' // no lock entry, and mlo was gone before the last attempt ended; `key` is the stage
  | 'frozen'
  | 'not-cached'
  | 'undeclared' // it imports an out or, with --strict, read something that it does not declare; `key` is how
  | 'not-judged'; // with --strict: what it read when it ran is not known

export interface Reason {
  readonly kind: ReasonKind;
  /** Path of a dep, out or code file. */
  readonly path?: string;
  /** Param (`params.yaml:train.epochs`), env name, name of a dep or out (`deps.train`), package, stage address. */
  readonly key?: string;
  readonly old?: Value;
  readonly new?: Value;
}

export type StageState = 'unchanged' | 'restore' | 'run' | 'blocked';

export interface StagePlan {
  readonly stage: Stage;
  readonly state: StageState;
  readonly reasons: readonly Reason[];
  /** unchanged: the lock entry (brought up to date); restore: the entry whose outs come back. */
  readonly entry?: LockEntry;
  /** The run that made the outs of `entry`, where known. */
  readonly from?: { readonly runId: RunId; readonly durationMs: number };
}

export type StageOutcome = 'unchanged' | 'restored' | 'ran' | 'failed' | 'blocked' | 'cancelled';
