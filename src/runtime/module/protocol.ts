import type { ErrorCode } from '../../core/errors/catalogue.ts';
import type { Problem } from '../../core/errors/mlo-error.ts';
import type { RunRecord } from '../../core/run.ts';
import type { ModuleResult, ModuleSpec } from '../types.ts';
import type { LoadingGate } from './loading-gate.ts';

/** The part of a spec that can cross a thread or process border. */
export type Job = Omit<ModuleSpec, 'signal' | 'forced' | 'onOutput' | 'onRecords' | 'timeoutMs'> & {
  /** Threads only: how many batches of records the other side has taken, so that a stage can wait for it. */
  readonly taken?: SharedArrayBuffer;
  /** Threads only: held while native code is loaded. */
  readonly gate?: LoadingGate;
  /** Threads only: intra-op threads that native TensorFlow has in this process. */
  readonly threadsOfProcess?: number;
};

export type ToStage = { readonly type: 'start'; readonly job: Job } | { readonly type: 'abort'; readonly why: string };

/** An MloError as plain data. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
  readonly details?: { readonly [key: string]: unknown };
  readonly problems?: readonly Problem[];
}

export type Outcome = Omit<ModuleResult, 'error'> & { readonly failure?: Failure };

export type FromStage =
  | { readonly type: 'output'; readonly stream: 'stdout' | 'stderr'; readonly text: string }
  /** For the log file only. */
  | { readonly type: 'log'; readonly text: string }
  /** Threads only: what children write that inherit the stream. */
  | { readonly type: 'fifo'; readonly stream: 'stdout' | 'stderr'; readonly path: string }
  | { readonly type: 'records'; readonly records: readonly RunRecord[] }
  | { readonly type: 'finish'; readonly outcome: Outcome };

/** The stage's end of the line to mlo. */
export interface Port {
  post(message: FromStage): void;
  onMessage(take: (message: ToStage) => void): void;
  /** Whether a listening port keeps the event loop alive. */
  hold(alive: boolean): void;
  /** Resolves when all that was posted is on its way. */
  flush(): Promise<void>;
  /** Ends the thread or process, whatever the stage has left running. */
  exit(): void;
}
