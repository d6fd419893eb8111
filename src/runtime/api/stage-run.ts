import type { RunId } from '../../core/run.ts';
import type { Value } from '../../core/value.ts';

export interface MetricOptions {
  /** Default: one more than the last step of this metric in this run, from 0. */
  readonly step?: number;
}

export interface InputOptions {
  /** What the data is for: `train`, `eval`… */
  readonly context?: string;
}

export interface ModelOptions {
  /** Of the model, and of the artifact that has its files. Default: the last part of the path. */
  readonly name?: string;
  /** What can load it: `tfjs-layers`, `onnx`… */
  readonly modelType?: string;
  /** It was made for this call: it is removed once its bytes are kept. Default false. */
  readonly temporary?: boolean;
}

export interface ChildOptions {
  readonly name: string;
  readonly params?: { readonly [name: string]: Value };
  readonly tags?: { readonly [name: string]: string };
}

/** How a run may end. */
export type EndStatus = 'FINISHED' | 'FAILED' | 'KILLED';

/**
 * A run that is being recorded: that of a stage, or of a script (`startRun`). Calls return at once; what they record is
 * seen by other commands within half a second, and is all there when the run has ended.
 *
 * Files and folders are named by paths, absolute or from the project root (in a script: from the current folder). Names of
 * artifacts have '/' between folders.
 *
 * Errors have a `code`: MLO_RUN_VALUE (no run can have this name or value), MLO_PATH_UNSAFE (name of an artifact), MLO_TARGET (no such
 * file), MLO_RUN_STATE (the run has ended).
 */
export interface StageRun {
  readonly id: RunId;
  /** Nothing can be logged to it any more. */
  readonly ended: boolean;
  logParam(name: string, value: Value): void;
  logParams(params: { readonly [name: string]: Value }): void;
  /** `value` may be NaN or infinite. */
  logMetric(name: string, value: number, options?: MetricOptions): void;
  logMetrics(metrics: { readonly [name: string]: number }, options?: MetricOptions): void;
  setTag(name: string, value: string): void;
  setTags(tags: { readonly [name: string]: string }): void;
  /**
   * Keeps a file or folder with the run; `name` defaults to the last part of `path`. A file of at most 8 MiB is kept as it is
   * now; a larger one, or a folder, is read soon after the call and must stay as it is until the run has ended.
   */
  logArtifact(path: string, name?: string): void;
  logText(text: string, name: string): void;
  /** As JSON with two spaces. */
  logJson(value: unknown, name: string): void;
  /** A PNG or JPEG: its bytes, or the path of a file. `name` gets the extension where it has none. */
  logImage(image: Uint8Array | string, name?: string): void;
  /** Says that the run uses this data: its digest is kept with the run, not its bytes. */
  logInput(path: string, options?: InputOptions): void;
  /** Keeps a file or folder as a model of this run. */
  logModel(path: string, options?: ModelOptions): void;
  /** A nested run that ends with `work`: FINISHED, or FAILED when it throws (and the error goes on). */
  child<Result>(run: string | ChildOptions, work: (run: StageRun) => Promise<Result> | Result): Promise<Result>;
  /** A nested run that is ended by its `end`, or with this one. */
  child(run: string | ChildOptions): StageRun;
  /**
   * Ends the run (default FINISHED) and the runs below it; resolves when all that was logged is stored, and rejects with what could not be.
   * A second call changes nothing. The run of a stage ends with the stage, whatever it is told: it waits for what was logged until now.
   */
  end(status?: EndStatus, reason?: string): Promise<void>;
}
