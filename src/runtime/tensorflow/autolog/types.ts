import type { StageRun } from '../../api/stage-run.ts';
import type { TensorFlow } from '../types.ts';

export interface AutologOptions {
  /** Needed outside of stages: the run to log to. Default: the run of the stage. */
  readonly run?: StageRun;
  /** Needed outside of stages: the TensorFlow.js that the models are of. */
  readonly tf?: TensorFlow;
  /** Also `batch_loss` and the other metrics of every so many batches, a step a batch. Default 0: of epochs only. */
  readonly everyBatches?: number;
  /** What happens when the loss is not a number any more; it is told and the run marked either way. Default `warn`: training goes on. */
  readonly onNaN?: 'warn' | 'stop';
  /** Keep the trained model with the run, as the model `model`. Default true. */
  readonly logModel?: boolean;
  /** Keep `model_summary.txt` with the run. Default true. */
  readonly logSummary?: boolean;
  /** A line an epoch, with how long the rest will take, in the stage's log. Default true. */
  readonly progress?: boolean;
  /** Where those lines go; default: the stage's log, and nowhere outside of stages. */
  readonly log?: (line: string) => void;
}

/** All decided. */
export interface AutologSettings {
  readonly run: StageRun;
  readonly tf: TensorFlow;
  readonly everyBatches: number;
  readonly onNaN: 'warn' | 'stop';
  readonly logModel: boolean;
  readonly logSummary: boolean;
  readonly progress: boolean;
  readonly log: (line: string) => void;
  readonly warn: (line: string) => void;
}

export interface Autologging {
  /** From here on models are trained without being recorded. */
  stop(): void;
}
