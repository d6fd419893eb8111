import { LITTLE_ENDIAN, swapBytes } from './byte-order.ts';
import { dataError } from './data-error.ts';
import { sizeOf } from './shape.ts';

/** The IDX format of the MNIST database: magic, lengths of the dimensions (32 bits), elements; all big-endian. */
const TYPES = {
  8: { dtype: 'uint8', width: 1, make: (buffer: ArrayBuffer) => new Uint8Array(buffer) },
  9: { dtype: 'int8', width: 1, make: (buffer: ArrayBuffer) => new Int8Array(buffer) },
  11: { dtype: 'int16', width: 2, make: (buffer: ArrayBuffer) => new Int16Array(buffer) },
  12: { dtype: 'int32', width: 4, make: (buffer: ArrayBuffer) => new Int32Array(buffer) },
  13: { dtype: 'float32', width: 4, make: (buffer: ArrayBuffer) => new Float32Array(buffer) },
  14: { dtype: 'float64', width: 8, make: (buffer: ArrayBuffer) => new Float64Array(buffer) },
} as const;

export type IdxDtype = (typeof TYPES)[keyof typeof TYPES]['dtype'];
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

export interface IdxArray {
  readonly dtype: IdxDtype;
  readonly shape: readonly number[];
  /** Row by row: the last dimension changes fastest. */
  readonly data: IdxData;
}

export const IDX_MAGIC_BYTES = 4;

export interface IdxMagic {
  readonly type: number;
  readonly dimensions: number;
}

/** Throws MLO_DATA. */
export function parseIdxMagic(path: string, bytes: Uint8Array): IdxMagic {
  const [first, second, type = 0, dimensions = 0] = bytes;
  const found =
    bytes.length === 0 ? 'an empty file' : `the bytes ${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
  if (bytes.length < IDX_MAGIC_BYTES || first !== 0 || second !== 0) {
    throw dataError(path, 'this is no IDX file', { expected: 'it to begin with 00 00, a type and a number of dimensions', found });
  }
  if (!(type in TYPES)) {
    throw dataError(path, 'unknown type of elements in an IDX file', {
      expected: Object.entries(TYPES)
        .map(([code, { dtype }]) => `0x${Number(code).toString(16).padStart(2, '0')} (${dtype})`)
        .join(', '),
      found: `0x${type.toString(16).padStart(2, '0')}`,
    });
  }
  if (dimensions === 0) throw dataError(path, 'an IDX file without dimensions', { expected: 'one at least', found: '0' });
  return { type, dimensions };
}

/** The lengths, 4 bytes each. */
export function parseIdxShape(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(index * 4));
}

/** Infinity where the lengths multiply to more than a number can say. */
export function idxDataBytes({ type }: IdxMagic, shape: readonly number[]): number {
  return sizeOf(shape) * typeOf(type).width;
}

/** `buffer` becomes the data. */
export function idxArray({ type }: IdxMagic, shape: readonly number[], buffer: ArrayBuffer): IdxArray {
  const { dtype, width, make } = typeOf(type);
  if (LITTLE_ENDIAN && width > 1) swapBytes(new Uint8Array(buffer), width);
  return { dtype, shape, data: make(buffer) };
}

function typeOf(type: number): (typeof TYPES)[keyof typeof TYPES] {
  return TYPES[type as keyof typeof TYPES];
}
