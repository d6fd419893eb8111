import { MloError } from '../core/errors/mlo-error.ts';
import { isOfDatabase } from './sqlite-errors.ts';

/**
 * Why `work` was refused, where it was. What can never be stored is a fault of ours (MLO_INTERNAL), and is told like the rest: thrown, it would
 * keep all else that waits from being written, again and again. Errors of the database itself are thrown.
 */
export function refusalOf(work: () => void, what: () => string): MloError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof MloError) return error;
    if (isOfDatabase(error)) throw error;
    return new MloError('MLO_INTERNAL', `${what()} cannot be stored: ${error instanceof Error ? error.message : String(error)}.`, {
      hint: 'Please report it with the output of `mlo doctor`',
      cause: error,
    });
  }
}
