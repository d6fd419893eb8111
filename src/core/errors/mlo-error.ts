import { CATALOGUE, type ErrorCode } from './catalogue.ts';

/** One finding of many: where it is, what is wrong there, what to do. */
export interface Problem {
  readonly message: string;
  /** Where it is another than that of the error which tells it. */
  readonly code?: ErrorCode;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The offending source line, for the caret. */
  readonly source?: string;
  readonly hint?: string;
}

export interface MloErrorOptions {
  readonly hint?: string;
  readonly details?: { readonly [key: string]: unknown };
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
}

/**
 * Everything a user can reach. The message says what happened, to which path or stage, what was
 * expected and what was found; the hint is the next command to type.
 * A broken assumption of ours is a plain Error instead.
 */
export class MloError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: { readonly [key: string]: unknown };
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, options: MloErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'MloError';
    this.code = code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.problems = options.problems ?? [];
  }

  get exitCode(): number {
    return CATALOGUE[this.code].exit;
  }
}
