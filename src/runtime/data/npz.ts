import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { checkOptions } from '../../core/errors/wrong-argument.ts';
import { bytesOf, dataError } from '../../core/formats/data-error.ts';
import type { NpyArray } from '../../core/formats/npy.ts';
import {
  parseZip64End,
  parseZipDirectory,
  parseZipEnd,
  ZIP64_END_BYTES,
  ZIP_LOCAL_BYTES,
  ZIP_TAIL_BYTES,
  zipLocalBytes,
  type ZipEntry,
} from '../../core/formats/zip-directory.ts';
import { MOST_ZIP_BYTES, MOST_ZIP_ENTRIES, zipDirectory, zipLocalHeader, type NewZipEntry } from '../../core/formats/zip-headers.ts';
import { openDataFile, type DataFile } from './data-file.ts';
import { mostBytes, type SizeLimit } from './declared-size.ts';
import { npyParts, parseNpy, type NewNpyArray, type NpySource } from './npy.ts';
import { shownPath } from './shown-path.ts';
import { writeDataFile } from './write-file.ts';

/** zlib's functions take and give at most this much at once. */
const MOST_DEFLATED = 2 ** 31 - 1;

export interface NpzArrays {
  readonly [name: string]: NpyArray;
}

/**
 * Reads all arrays of a file that `np.savez` or `np.savez_compressed` wrote, by their names. Every byte is checked against the archive's CRC-32.
 * `maxBytes` is for all of them together. Throws MLO_DATA, as `readNpy`, and where the archive is damaged.
 */
export async function readNpz(path: string, options: SizeLimit = {}): Promise<NpzArrays> {
  const maxBytes = mostBytes('readNpz', options);
  const file = openDataFile(path);
  try {
    return readArrays(file, maxBytes);
  } finally {
    file.close();
  }
}

function readArrays(file: DataFile, maxBytes: number): NpzArrays {
  const entries = readDirectory(file);
  const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total > maxBytes) {
    throw dataError(file.shown, 'the data is too large', {
      expected: `at most ${bytesOf(maxBytes)}`,
      found: bytesOf(total),
      hint: `Give a larger limit: { maxBytes: ${total} }`,
    });
  }
  // Without a prototype, so that no name of an array is anything else.
  const arrays: { [name: string]: NpyArray } = Object.create(null);
  for (const entry of entries) {
    if (!entry.name.endsWith('.npy'))
      throw dataError(file.shown, `'${entry.name}' in it is no array`, { expected: 'names that end in .npy' });
    arrays[entry.name.slice(0, -'.npy'.length)] = parseNpy(sourceOf(`${file.shown}/${entry.name}`, readEntry(file, entry)), maxBytes);
  }
  return arrays;
}

function readDirectory(file: DataFile): readonly ZipEntry[] {
  const tailBytes = Math.min(file.size, ZIP_TAIL_BYTES);
  const found = parseZipEnd(file.shown, bytesAt(file, file.size - tailBytes, tailBytes));
  const end = found.zip64Position === undefined ? found : parseZip64End(file.shown, bytesAt(file, found.zip64Position, ZIP64_END_BYTES));
  return parseZipDirectory(file.shown, bytesAt(file, end.directoryPosition, end.directoryBytes), end.entries);
}

function readEntry(file: DataFile, entry: ZipEntry): Uint8Array {
  const { name, position, packedBytes, bytes } = entry;
  const start = position + zipLocalBytes(file.shown, name, bytesAt(file, position, ZIP_LOCAL_BYTES));
  const packed = bytesAt(file, start, packedBytes);
  const data = entry.method === 'stored' ? packed : inflate(file.shown, entry, packed);
  if (data.length !== bytes || crc32(data) !== entry.crc32) {
    throw dataError(file.shown, `the bytes of '${name}' are damaged`, {
      expected: `${bytesOf(bytes)} with CRC-32 ${hex(entry.crc32)}`,
      found: `${bytesOf(data.length)} with CRC-32 ${hex(crc32(data))}`,
    });
  }
  return data;
}

function inflate(shown: string, { name, bytes }: ZipEntry, packed: Uint8Array): Uint8Array {
  if (bytes > MOST_DEFLATED)
    throw dataError(shown, `'${name}' is too large to unpack`, { expected: `at most ${bytesOf(MOST_DEFLATED)}`, found: bytesOf(bytes) });
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) });
  } catch (error) {
    throw dataError(shown, `the bytes of '${name}' are damaged: ${(error as Error).message}`, { cause: error });
  }
}

/** Exactly so many bytes. Throws MLO_DATA, before memory is taken, where the file has fewer. */
function bytesAt(file: DataFile, position: number, count: number): Uint8Array {
  if (position + count > file.size || position < 0) {
    throw dataError(file.shown, 'the zip archive is cut off or damaged', {
      expected: `${bytesOf(count)} at ${position}`,
      found: `a file of ${bytesOf(file.size)}`,
    });
  }
  const bytes = new Uint8Array(count);
  const read = file.read(bytes, position);
  if (read < count) throw dataError(file.shown, 'the file became shorter while it was read');
  return bytes;
}

function sourceOf(shown: string, bytes: Uint8Array): NpySource {
  return {
    shown,
    size: bytes.length,
    read(target, position) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      return part.length;
    },
  };
}

export interface NpzOptions {
  /** Deflate, as `np.savez_compressed`. Default: stored. */
  readonly compress?: boolean;
}

/** Writes arrays by name, for `np.load`. Equal arrays in equal order are equal bytes. Throws MLO_DATA. */
export async function writeNpz(path: string, arrays: { readonly [name: string]: NewNpyArray }, options: NpzOptions = {}): Promise<void> {
  checkOptions('writeNpz', options, '{ compress: true }');
  checkOptions('writeNpz: the arrays', arrays, '{ xs: { data, shape } }');
  const { compress = false } = options;
  const shown = shownPath(path);
  const parts: Uint8Array[] = [];
  const entries: NewZipEntry[] = [];
  let position = 0;
  for (const [name, array] of Object.entries(arrays)) {
    if (name === '' || name.includes('\0')) throw dataError(shown, `${JSON.stringify(name)} is no name of an array`);
    const whole = npyParts(`${shown}/${name}`, array);
    const bytes = whole.reduce((sum, { length }) => sum + length, 0);
    const packed = compress ? [deflateRawSync(Buffer.concat(whole))] : whole;
    const packedBytes = packed.reduce((sum, { length }) => sum + length, 0);
    const crc = whole.reduce((sum, part) => crc32(part, sum), 0);
    const entry = { name: `${name}.npy`, deflated: compress, crc32: crc, packedBytes, bytes, position };
    const header = zipLocalHeader(entry);
    position += header.length + packedBytes;
    if (position > MOST_ZIP_BYTES || entries.length >= MOST_ZIP_ENTRIES) {
      throw dataError(shown, 'too much for one .npz file', {
        expected: 'less than 4 GiB and 65,535 arrays',
        hint: 'Write each array with writeNpy',
      });
    }
    entries.push(entry);
    parts.push(header, ...packed);
  }
  writeDataFile(path, [...parts, zipDirectory(entries, position)]);
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
