import { crc32 } from 'node:zlib';
import type { Digest } from '../../core/content.ts';

/**
 * A segment of the journal: 16 bytes that name format and version, then records. A record is a header of 52 bytes
 *   4 magic, 1 type, 3 zero, 4 length of the payload, 4 CRC-32 of the payload, 32 digest, 4 CRC-32 of the 48 bytes before
 * and the payload; numbers little-endian. A segment that was closed ends with an index record and a
 * trailer of 16 bytes: 4 magic, 8 position of that record (double), 4 CRC-32 of the 12 bytes before.
 */
export const SEGMENT_START = Buffer.from('mlo-journal 1\n\0\0', 'latin1');
export const HEADER_BYTES = 52;
export const TRAILER_BYTES = 16;
const RECORD_MAGIC = Buffer.from('mloR', 'latin1');
const TRAILER_MAGIC = Buffer.from('mloT', 'latin1');

export const RECORD = {
  /** Payload: JSON of the process that writes the segment. */
  owner: 1,
  /** Payload: the bytes of the object `digest`. */
  object: 2,
  /** Payload: canonical JSON of a run-cache entry filed under the key `digest`. */
  run: 3,
  /** No payload: the object `digest`, as earlier records have it, is broken. */
  broken: 4,
  /** Payload: the index of this segment. */
  index: 5,
} as const;

export type RecordType = (typeof RECORD)[keyof typeof RECORD];

export interface RecordHeader {
  readonly type: number;
  readonly length: number;
  readonly crc: number;
  readonly digest: Digest;
}

export const NO_DIGEST = '0'.repeat(64) as Digest;

/** Writes header and payload into `target` at `at`; there must be room for `HEADER_BYTES + payload.length`. */
export function writeRecord(target: Buffer, at: number, type: RecordType, digest: Digest, payload: Uint8Array): void {
  RECORD_MAGIC.copy(target, at);
  target.writeUInt32LE(type, at + 4);
  target.writeUInt32LE(payload.length, at + 8);
  target.writeUInt32LE(crc32(payload), at + 12);
  target.write(digest, at + 16, 'hex');
  target.writeUInt32LE(crc32(target.subarray(at, at + 48)), at + 48);
  target.set(payload, at + HEADER_BYTES);
}

/** Undefined where no whole, undamaged header stands at `at`. */
export function readHeader(bytes: Buffer, at: number): RecordHeader | undefined {
  if (at + HEADER_BYTES > bytes.length || bytes.compare(RECORD_MAGIC, 0, 4, at, at + 4) !== 0) return undefined;
  if (bytes.readUInt32LE(at + 48) !== crc32(bytes.subarray(at, at + 48))) return undefined;
  return {
    type: bytes.readUInt32LE(at + 4),
    length: bytes.readUInt32LE(at + 8),
    crc: bytes.readUInt32LE(at + 12),
    digest: bytes.toString('hex', at + 16, at + 48) as Digest,
  };
}

/** Where, from `at` on, the next header may stand; undefined where none can. */
export function findNextHeader(bytes: Buffer, at: number): number | undefined {
  for (let next = bytes.indexOf(RECORD_MAGIC, at); next !== -1; next = bytes.indexOf(RECORD_MAGIC, next + 1)) {
    if (readHeader(bytes, next) !== undefined) return next;
  }
  return undefined;
}

export function encodeTrailer(indexAt: number): Buffer {
  const bytes = Buffer.alloc(TRAILER_BYTES);
  TRAILER_MAGIC.copy(bytes);
  bytes.writeDoubleLE(indexAt, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
  return bytes;
}

/** Position of the index record, or undefined where the bytes are no trailer. */
export function decodeTrailer(bytes: Buffer): number | undefined {
  if (bytes.length !== TRAILER_BYTES || bytes.compare(TRAILER_MAGIC, 0, 4, 0, 4) !== 0) return undefined;
  return bytes.readUInt32LE(12) === crc32(bytes.subarray(0, 12)) ? bytes.readDoubleLE(4) : undefined;
}

export const NO_BYTES = new Uint8Array(0);
