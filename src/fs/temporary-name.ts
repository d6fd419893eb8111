import { randomBytes } from 'node:crypto';
import { TEMPORARY_PREFIX } from '../core/encoding/tree-format.ts';

/** A name for a file that will be renamed into place in the same folder; short, so that 255-byte names work too. */
export function temporaryName(): string {
  return `${TEMPORARY_PREFIX}${randomBytes(8).toString('hex')}`;
}
