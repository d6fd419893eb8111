import type { Digest } from './content.ts';
import type { StageReport } from './events.ts';
import type { RunId } from './run.ts';
import type { ProjectPath } from './stage.ts';

type StageVerdict = 'same' | 'differs' | 'failed' | 'skipped' | 'cancelled';

export interface VerifiedStage {
  readonly name: string;
  readonly verdict: StageVerdict;
  readonly durationMs: number;
  readonly runId?: RunId;
  /** Of a stage that was skipped. */
  readonly why?: string;
  /** Outs that differ. */
  readonly outs?: readonly OutDifference[];
  readonly error?: NonNullable<StageReport['error']>;
}

export interface VerifyReproData {
  /** No stage differs, and none failed. */
  readonly ok: boolean;
  readonly stages: readonly VerifiedStage[];
  readonly durationMs: number;
  readonly runId?: RunId;
  readonly interrupted?: boolean;
}

export interface OutDifference {
  readonly path: ProjectPath;
  readonly locked: Digest;
  /** Undefined where the stage did not write it this time. */
  readonly found?: Digest;
  /** Folders only: which files in it differ, are missing or new, at most 20. */
  readonly files?: readonly string[];
}
