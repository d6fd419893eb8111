import { bytesOf, dataError } from './data-error.ts';

/** A file in a zip archive (PKWARE APPNOTE 6.3), as the central directory has it. */
export interface ZipEntry {
  readonly name: string;
  readonly method: 'stored' | 'deflated';
  readonly crc32: number;
  readonly packedBytes: number;
  readonly bytes: number;
  /** Where its local header begins. */
  readonly position: number;
}

export interface ZipEnd {
  readonly entries: number;
  readonly directoryBytes: number;
  readonly directoryPosition: number;
  /** Where the record with these numbers lies, when that is not in the bytes: of the 64-bit kind. */
  readonly zip64Position: number | undefined;
}

/** The end record is the last thing of the file, before a comment of 65,535 bytes at most; a locator of 20 bytes may precede it. */
export const ZIP_TAIL_BYTES = 22 + 65_535 + 20;
export const ZIP64_END_BYTES = 56;
export const ZIP_LOCAL_BYTES = 30;

const END = 0x0605_4b50;
const LOCATOR_64 = 0x0706_4b50;
const END_64 = 0x0606_4b50;
const ENTRY = 0x0201_4b50;
const LOCAL = 0x0403_4b50;

/** Deflate makes at most 1,032 bytes of one. */
const MOST_INFLATED = 1032;
const FULL_16 = 0xffff;
const FULL_32 = 0xffff_ffff;

/** `tail`: the last `ZIP_TAIL_BYTES` bytes of the file, or all. Throws MLO_DATA. */
export function parseZipEnd(path: string, tail: Uint8Array): ZipEnd {
  const view = viewOf(tail);
  for (let at = tail.length - 22; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== END || at + 22 + view.getUint16(at + 20, true) !== tail.length) continue;
    const locator = at - 20;
    const has64 = locator >= 0 && view.getUint32(locator, true) === LOCATOR_64;
    const end = {
      entries: view.getUint16(at + 10, true),
      directoryBytes: view.getUint32(at + 12, true),
      directoryPosition: view.getUint32(at + 16, true),
    };
    const full = end.entries === FULL_16 || end.directoryBytes === FULL_32 || end.directoryPosition === FULL_32;
    return { ...end, zip64Position: has64 && full ? wide(view, locator + 8) : undefined };
  }
  throw dataError(path, 'this is no .npz file, or it is cut off', {
    expected: 'a zip archive with its directory at the end',
    found: 'none',
  });
}

export function parseZip64End(path: string, bytes: Uint8Array): ZipEnd {
  const view = viewOf(bytes);
  if (bytes.length < ZIP64_END_BYTES || view.getUint32(0, true) !== END_64)
    throw damaged(path, 'its 64-bit directory is not where it should be');
  return { entries: wide(view, 32), directoryBytes: wide(view, 40), directoryPosition: wide(view, 48), zip64Position: undefined };
}

/** Throws MLO_DATA where an entry is damaged, encrypted, of an unknown method, named twice, or declares what its bytes cannot hold. */
export function parseZipDirectory(path: string, bytes: Uint8Array, count: number): readonly ZipEntry[] {
  const view = viewOf(bytes);
  const names = new Set<string>();
  const entries: ZipEntry[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) throw damaged(path, `entry ${index + 1} of its directory is damaged`);
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [number, number, number];
    const next = at + 46 + nameBytes + extraBytes + commentBytes;
    if (next > bytes.length) throw damaged(path, `entry ${index + 1} of its directory is cut off`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    if (names.has(name)) throw damaged(path, `'${name}' is in it twice`);
    names.add(name);
    const extra = bytes.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes);
    entries.push(zipEntry(path, { name, view, at, extra }));
    at = next;
  }
  return entries;
}

interface RawEntry {
  readonly name: string;
  readonly view: DataView;
  readonly at: number;
  readonly extra: Uint8Array;
}

function zipEntry(path: string, { name, view, at, extra }: RawEntry): ZipEntry {
  const method = view.getUint16(at + 10, true);
  if ((view.getUint16(at + 8, true) & 1) !== 0) throw dataError(path, `'${name}' is encrypted`);
  if (method !== 0 && method !== 8)
    throw dataError(path, `'${name}' is packed in an unknown way`, { expected: '0 (stored) or 8 (deflated)', found: String(method) });
  const sizes = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  const wideSizes = zip64Fields(extra);
  const [bytes = 0, packedBytes = 0, position = 0] = sizes.map((size) => (size === FULL_32 ? (wideSizes.shift() ?? size) : size));
  const most = method === 0 ? packedBytes : packedBytes * MOST_INFLATED;
  if (bytes > most || (method === 0 && bytes !== packedBytes)) {
    throw dataError(path, `'${name}' declares a size that it cannot have`, { expected: `at most ${bytesOf(most)}`, found: bytesOf(bytes) });
  }
  return { name, method: method === 0 ? 'stored' : 'deflated', crc32: view.getUint32(at + 16, true), packedBytes, bytes, position };
}

/** The numbers of the 64-bit extra field, in the order in which those of 32 bits are full. */
function zip64Fields(extra: Uint8Array): number[] {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1 && at + 4 + length <= extra.length) {
      return Array.from({ length: Math.floor(length / 8) }, (_, index) => wide(view, at + 4 + index * 8));
    }
    at += 4 + length;
  }
  return [];
}

/** Bytes of a local header, which precede the data. `header`: its first `ZIP_LOCAL_BYTES`. */
export function zipLocalBytes(path: string, name: string, header: Uint8Array): number {
  const view = viewOf(header);
  if (header.length < ZIP_LOCAL_BYTES || view.getUint32(0, true) !== LOCAL)
    throw damaged(path, `'${name}' is not where its directory says`);
  return ZIP_LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
}

/** Beyond 2^53 it is no place in a file. */
function wide(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(path: string, what: string): Error {
  return dataError(path, `the zip archive is damaged: ${what}`);
}
