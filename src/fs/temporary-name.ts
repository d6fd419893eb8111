import { TEMPORARY_PREFIX } from '../core/encoding/tree-format.ts';
import { randomHex } from './random-hex.ts';

/** A name for a file that will be renamed into place in the same folder; short, so that 255-byte names work too. */
export function temporaryName(): string {
  return `${TEMPORARY_PREFIX}${randomHex(16)}`;
}
