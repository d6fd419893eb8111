import { crc32 } from 'node:zlib';
import { MloError } from '../../core/errors/mlo-error.ts';
import { digestBytes } from '../../fs/hash.ts';

/**
 * A pack, all numbers little-endian:
 *   16 bytes that name format and version
 *   entries, back to back, each raw or one zstd frame
 *   the index: 256 counts (4 bytes each: entries whose first digest byte is at most that), then rows of 44 bytes sorted by digest:
 *     32 digest of the raw bytes, 4 position in the file, 4 bytes stored, 4 length of the raw bytes (30 bits) and encoding (2 bits: 0 raw, 1 zstd)
 *   the footer of 64 bytes: 8 magic, 4 version, 4 number of rows, 4 position of the index, 4 its length, 32 BLAKE3 of the index,
 *     4 zero, 4 CRC-32 of the 60 bytes before
 * The name of the file is the BLAKE3 of all of it.
 */
export const PACK_START = Buffer.from('mlo-pack 1\n\0\0\0\0\0', 'latin1');
export const DIGEST_BYTES = 32;
export const ROW_BYTES = 44;
export const FAN_OUT_BYTES = 256 * 4;
export const FOOTER_BYTES = 64;
const FOOTER_MAGIC = Buffer.from('mloPack\n', 'latin1');
const VERSION = 1;

export const ENCODING = { raw: 0, zstd: 1 } as const;
/** Longest entry, raw bytes. */
export const LONGEST_ENTRY = 0x3fff_ffff;

export interface Footer {
  readonly count: number;
  readonly indexAt: number;
  readonly indexLength: number;
  readonly indexHash: Buffer;
}

export function encodeFooter(count: number, indexAt: number, index: Uint8Array): Buffer {
  const bytes = Buffer.alloc(FOOTER_BYTES);
  FOOTER_MAGIC.copy(bytes);
  bytes.writeUInt32LE(VERSION, 8);
  bytes.writeUInt32LE(count, 12);
  bytes.writeUInt32LE(indexAt, 16);
  bytes.writeUInt32LE(index.length, 20);
  bytes.set(digestBytes(index), 24);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60)), 60);
  return bytes;
}

/** What is wrong with the file, in words that go on after "the pack <path> is damaged: ". */
export class PackDamage extends Error {}

/**
 * `start` and `end`: the first 16 and the last 64 bytes of a file of `size` bytes. Throws PackDamage, and MLO_FORMAT_VERSION where
 * a newer mlo wrote it: then the end is not that of a whole pack of this version.
 */
export function readFrame(start: Buffer, end: Buffer, size: number, path: string): Footer {
  const version = Number(/^mlo-pack (\d+)\n/.exec(start.toString('latin1'))?.[1] ?? VERSION);
  if (version > VERSION && !isFooter(end)) throw newerPack(path, version);
  const footer = decodeFooter(end, size);
  if (!start.equals(PACK_START)) throw new PackDamage('it does not start as a pack does');
  return footer;
}

function isFooter(bytes: Buffer): boolean {
  return bytes.length === FOOTER_BYTES && FOOTER_MAGIC.equals(bytes.subarray(0, 8)) && bytes.readUInt32LE(8) === VERSION;
}

function decodeFooter(bytes: Buffer, size: number): Footer {
  if (!isFooter(bytes)) throw new PackDamage('its end is missing');
  if (bytes.readUInt32LE(60) !== crc32(bytes.subarray(0, 60))) throw new PackDamage('its footer is not what was written');
  const footer = {
    count: bytes.readUInt32LE(12),
    indexAt: bytes.readUInt32LE(16),
    indexLength: bytes.readUInt32LE(20),
    indexHash: Buffer.from(bytes.subarray(24, 56)),
  };
  const isWhole =
    footer.indexLength === FAN_OUT_BYTES + footer.count * ROW_BYTES && footer.indexAt + footer.indexLength + FOOTER_BYTES === size;
  if (!isWhole || footer.indexAt < PACK_START.length) throw new PackDamage(`it has ${size} bytes, which is not what its footer says`);
  return footer;
}

function newerPack(path: string, version: number): MloError {
  return new MloError('MLO_FORMAT_VERSION', `${path} has format version ${version}; this mlo reads version ${VERSION}`, {
    hint: 'Update mlo: npm install mlo-cli@latest',
  });
}
