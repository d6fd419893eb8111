import { MloError } from './mlo-error.ts';

/** The cache does not have the object, or has no copy with the right bytes. */
export function isLostObject(error: unknown): error is MloError {
  return error instanceof MloError && (error.code === 'MLO_OBJECT_MISSING' || error.code === 'MLO_OBJECT_CORRUPT');
}
