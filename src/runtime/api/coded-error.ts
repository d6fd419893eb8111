import type { ErrorCode } from '../../core/errors/catalogue.ts';

/** What the API refuses at the call, by its code in the catalogue. */
export interface CodedError extends Error {
  readonly code: ErrorCode;
}

/**
 * A mistake of the code that calls: in a stage, the stage fails where it stands and with its own exit code, which no MloError
 * would let it do; in a script, `code` tells what was wrong.
 */
export function valueError(message: string, cause?: unknown): TypeError & CodedError {
  return Object.assign(new TypeError(message, cause === undefined ? undefined : { cause }), { code: 'MLO_RUN_VALUE' as const });
}

export function codedError(code: ErrorCode, message: string): CodedError {
  return Object.assign(new Error(message), { code });
}
