import { LITTLE_ENDIAN, swapBytes } from './byte-order.ts';
import { dataError } from './data-error.ts';
import { describeRefused, NPY_DTYPES, npyTypeOf, type NpyData, type NpyDtype, type NpyType } from './npy-types.ts';
import { parsePythonLiteral } from './python-literal.ts';
import { sizeOf } from './shape.ts';

/** An array of NumPy, row by row (C order) whatever the file has. */
export interface NpyArray {
  readonly dtype: NpyDtype;
  /** `[]` for a single number. */
  readonly shape: readonly number[];
  /** bool: 0 and 1; float16: as Float32Array; complex: real and imaginary parts in turn; (u)int64: BigInts. */
  readonly data: NpyData;
}

/** Magic and version; then the length of the header, in 2 bytes (version 1) or 4 (2 and 3), little-endian. */
export const NPY_MAGIC_BYTES = 8;
const MAGIC = '\u0093NUMPY';

/** NumPy's own are below 10,000; more is no header. */
const LONGEST_HEADER = 1024 * 1024;

/** Bytes of the number that says how long the header is. Throws MLO_DATA. */
export function npyLengthBytes(path: string, bytes: Uint8Array): number {
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (bytes.length < NPY_MAGIC_BYTES || magic !== MAGIC) {
    throw dataError(path, 'this is no .npy file', {
      expected: 'it to begin with \\x93NUMPY and a version',
      found: bytes.length === 0 ? 'an empty file' : JSON.stringify(magic),
      ...(magic.startsWith('PK') ? { hint: 'It is a zip file: readNpz reads .npz files' } : {}),
    });
  }
  const [major = 0, minor = 0] = bytes.subarray(MAGIC.length);
  if (major < 1 || major > 3) throw dataError(path, 'unknown version of .npy', { expected: '1 to 3', found: `${major}.${minor}` });
  return major === 1 ? 2 : 4;
}

export function npyHeaderLength(path: string, bytes: Uint8Array): number {
  const length = bytes.reduce((sum, byte, at) => sum + byte * 256 ** at, 0);
  if (length > LONGEST_HEADER)
    throw dataError(path, 'the header is too long', { expected: `at most ${LONGEST_HEADER} bytes`, found: String(length) });
  return length;
}

/** NumPy's own limit. */
const MOST_DIMENSIONS = 64;

export interface NpyHeader {
  readonly type: NpyType;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Infinity where the lengths multiply to more than a number can say. */
  readonly dataBytes: number;
}

/** Throws MLO_DATA; for types that are not read, with their name. */
export function parseNpyHeader(path: string, bytes: Uint8Array): NpyHeader {
  const text = new TextDecoder().decode(bytes);
  const header = parsePythonLiteral(text.trim());
  const [descr, fortranOrder, shape] = header instanceof Map ? ['descr', 'fortran_order', 'shape'].map((key) => header.get(key)) : [];
  const lengths = Array.isArray(shape) ? (shape as readonly unknown[]) : undefined;
  const isLength = (length: unknown): length is number => typeof length === 'number' && Number.isSafeInteger(length) && length >= 0;
  if (descr === undefined || typeof fortranOrder !== 'boolean' || lengths === undefined || !lengths.every(isLength)) {
    throw dataError(path, 'the header is not understood', {
      expected: "{'descr': …, 'fortran_order': …, 'shape': (…)}",
      found: JSON.stringify(text.slice(0, 100)),
    });
  }
  if (lengths.length > MOST_DIMENSIONS)
    throw dataError(path, 'too many dimensions', { expected: `at most ${MOST_DIMENSIONS}`, found: String(lengths.length) });
  if (typeof descr !== 'string') throw refusedType(path, 'records of several fields');
  const [, order = '|', code = ''] = /^([<>|=]?)(.*)$/s.exec(descr) ?? [];
  const type = npyTypeOf(code);
  if (type === undefined) throw refusedType(path, describeRefused(code));
  return { type, bigEndian: order === '>', fortranOrder, shape: lengths, dataBytes: sizeOf(lengths) * type.width };
}

function refusedType(path: string, found: string): Error {
  return dataError(path, 'a type that is not read', {
    expected: NPY_DTYPES,
    found,
    hint: 'Convert it in Python: np.save(path, array.astype("float32"))',
  });
}

/** `buffer`: the data of the file; it is used up. */
export function npyArray({ type, bigEndian, fortranOrder, shape }: NpyHeader, buffer: ArrayBuffer): NpyArray {
  if (bigEndian === LITTLE_ENDIAN && type.swapped > 1) swapBytes(new Uint8Array(buffer), type.swapped);
  const inRows = fortranOrder && shape.length > 1 ? toRows(new Uint8Array(buffer), shape, type.width) : buffer;
  return { dtype: type.dtype, shape, data: type.decode(type.view(inRows)) };
}

/** From column by column (the first dimension changes fastest) to row by row. */
function toRows(columns: Uint8Array, shape: readonly number[], width: number): ArrayBuffer {
  const rows = new Uint8Array(columns.length);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)) * width);
  const index = shape.map(() => 0);
  for (let target = 0, source = 0; target < rows.length; target += width) {
    for (let byte = 0; byte < width; byte += 1) rows[target + byte] = columns[source + byte] as number;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis] = (index[axis] as number) + 1;
      source += strides[axis] as number;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      source -= (shape[axis] as number) * (strides[axis] as number);
      index[axis] = 0;
    }
  }
  return rows.buffer;
}

/** The bytes before the data, as NumPy writes them: a multiple of 64, version 1 unless the shape is too long for it. */
export function npyHeaderBytes({ code, width }: NpyType, shape: readonly number[]): Uint8Array {
  const lengths = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const dictionary = `{'descr': '${width === 1 ? '|' : '<'}${code}', 'fortran_order': False, 'shape': (${lengths}), }`;
  // NumPy leaves room for the first dimension to grow, of up to 21 digits.
  const growth = ' '.repeat(shape.length === 0 ? 0 : 21 - String(shape[0]).length);
  const lengthBytes = dictionary.length + growth.length + 128 > 0xffff ? 4 : 2;
  const before = NPY_MAGIC_BYTES + lengthBytes;
  const padding = 64 - ((before + dictionary.length + growth.length + 1) % 64);
  const text = `${dictionary}${growth}${' '.repeat(padding)}\n`;
  const bytes = new Uint8Array(before + text.length);
  bytes.set([...Array.from(MAGIC, (letter) => letter.charCodeAt(0)), lengthBytes === 2 ? 1 : 2, 0]);
  for (let at = 0; at < lengthBytes; at += 1) bytes[NPY_MAGIC_BYTES + at] = (text.length >>> (8 * at)) & 0xff;
  bytes.set(new TextEncoder().encode(text), before);
  return bytes;
}
