import { MloError, type MloErrorOptions } from '../core/errors/mlo-error.ts';
import type { ErrorCode } from '../core/errors/catalogue.ts';

/** An error as it travels between threads: what structured cloning keeps of it. */
export interface PlainError {
  readonly message: string;
  readonly stack?: string;
  /** Of an MloError. */
  readonly mlo?: { readonly code: ErrorCode; readonly options: MloErrorOptions };
}

export function toPlainError(error: unknown): PlainError {
  if (!(error instanceof Error)) return { message: String(error) };
  const stack = error.stack === undefined ? {} : { stack: error.stack };
  if (!(error instanceof MloError)) return { message: error.message, ...stack };
  const { code, details, problems, hint } = error;
  return { message: error.message, ...stack, mlo: { code, options: { details, problems, ...(hint === undefined ? {} : { hint }) } } };
}

export function fromPlainError({ message, stack, mlo }: PlainError): Error {
  const error = mlo === undefined ? new Error(message) : new MloError(mlo.code, message, mlo.options);
  if (stack !== undefined) error.stack = stack;
  return error;
}
