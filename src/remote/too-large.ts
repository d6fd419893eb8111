import { MloError } from '../core/errors/mlo-error.ts';

/** What no mlo wrote there: no memory is spent on it. Sizes in bytes. */
export function tooLarge(place: string, size: number, most: number): MloError {
  return new MloError('MLO_REMOTE', `${place} has ${size} bytes, and no more than ${most} were expected: mlo did not write it`);
}
