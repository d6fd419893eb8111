import { MloError } from '../core/errors/mlo-error.ts';

/** Why `work` was refused, where it was; errors that are no answer to the user are thrown. */
export function refusalOf(work: () => void): MloError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof MloError) return error;
    throw error;
  }
}
