import type { PlainError } from '../../fs/plain-error.ts';
import type { Span } from '../../fs/trace.ts';
import type { Job } from './jobs.ts';

/** To a worker, instead of a question: it closes its port and so ends. */
export const THE_END = 'end';

export interface Question {
  readonly id: number;
  readonly job: Job;
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: PlainError;
  /** Where the command is profiled. */
  readonly spans?: readonly Span[];
}
