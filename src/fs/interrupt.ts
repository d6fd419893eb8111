import { MloError } from '../core/errors/mlo-error.ts';

/** For loops over files and pieces of files: Ctrl-C ends them between two steps. */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new MloError('MLO_INTERRUPTED', 'Interrupted');
}

/** The same for work that waits for nothing: only between two turns of the event loop is Ctrl-C heard. */
export async function hearInterrupt(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
  throwIfInterrupted(signal);
}
