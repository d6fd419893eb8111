import { crc32 } from 'node:zlib';
import type { Digest } from '../../core/content.ts';
import { decodeTrailer, findNextHeader, HEADER_BYTES, readHeader, RECORD, SEGMENT_START, TRAILER_BYTES } from '../journal/record-format.ts';

/** A record whose header is right; `isIntact`: the payload has its checksum. */
export interface ScannedRecord {
  readonly type: number;
  readonly digest: Digest;
  readonly payload: Buffer;
  readonly isIntact: boolean;
}

/**
 * Reads a segment from one end to the other, whatever its index says: calls `visit` for each record and `onDamage` for each
 * place that holds none. What a writer was at when it died, or is at now, is no damage.
 */
export function scanSegment(bytes: Buffer, visit: (record: ScannedRecord) => void, onDamage: (why: string) => void): void {
  if (bytes.length < SEGMENT_START.length) return;
  if (!bytes.subarray(0, SEGMENT_START.length).equals(SEGMENT_START)) onDamage('it does not start as a segment of the journal does');
  let hasIndex = false;
  for (let at = SEGMENT_START.length; at < bytes.length;) {
    const header = readHeader(bytes, at);
    const end = at + HEADER_BYTES + (header?.length ?? 0);
    if (header !== undefined && end <= bytes.length) {
      const payload = bytes.subarray(at + HEADER_BYTES, end);
      const isIntact = crc32(payload) === header.crc;
      if (header.type === RECORD.index) {
        hasIndex = true;
        if (!isIntact) onDamage('its index is not what was written');
      } else visit({ type: header.type, digest: header.digest, payload, isIntact });
      at = end;
      continue;
    }
    const rest = bytes.subarray(at);
    if (rest.length === TRAILER_BYTES && decodeTrailer(rest) !== undefined) {
      if (!hasIndex) onDamage('its index is missing');
      return;
    }
    const next = findNextHeader(bytes, at + 1);
    if (next === undefined) {
      if (hasIndex || !isTorn(rest, header !== undefined)) onDamage(`its bytes from ${at} on are not a record`);
      return;
    }
    onDamage(`its bytes ${at} to ${next} are not a record`);
    at = next;
  }
}

/** A write that was cut off leaves the beginning of a record, or after a power loss nothing but zeros. */
function isTorn(rest: Buffer, startsAsRecord: boolean): boolean {
  return startsAsRecord || rest.length < HEADER_BYTES || rest.every((byte) => byte === 0);
}
