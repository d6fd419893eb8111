import type { Reason } from '../../core/plan/types.ts';
import type { StageAddress } from '../../core/stage.ts';
import type { Progress } from '../format/progress.ts';

export interface RunningStage {
  readonly name: StageAddress;
  readonly startedMs: number;
  readonly reasons: readonly Reason[];
  /** Last line of its output that says something. */
  readonly lastLine: string;
  /** Latest values of its metrics, in order of first appearance, and their step. */
  readonly metrics: ReadonlyMap<string, number>;
  readonly step: number | undefined;
}

/** Everything the live view of a repro shows. */
export interface LiveState {
  /** Stages of this repro, where known. */
  readonly total: number | undefined;
  readonly finished: number;
  readonly failed: number;
  readonly running: ReadonlyMap<StageAddress, RunningStage>;
  readonly progress: Progress | undefined;
  readonly stopping: boolean;
  readonly ended: boolean;
}

export const INITIAL_STATE: LiveState = {
  total: undefined,
  finished: 0,
  failed: 0,
  running: new Map(),
  progress: undefined,
  stopping: false,
  ended: false,
};
