import { MloError } from '../core/errors/mlo-error.ts';

/** For loops over files and pieces of files: Ctrl-C ends them between two steps. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new MloError('MLO_INTERRUPTED', 'Interrupted');
}
