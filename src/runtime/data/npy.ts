import { describeValue } from '../../core/errors/wrong-argument.ts';
import { bytesOf, dataError } from '../../core/formats/data-error.ts';
import {
  NPY_MAGIC_BYTES,
  npyArray,
  npyHeaderBytes,
  npyHeaderLength,
  npyLengthBytes,
  parseNpyHeader,
  type NpyArray,
} from '../../core/formats/npy.ts';
import { dtypeOf, NPY_DTYPES, npyTypeNamed, type NpyData, type NpyDtype } from '../../core/formats/npy-types.ts';
import { shapeText, sizeOf } from '../../core/formats/shape.ts';
import { openDataFile } from './data-file.ts';
import { mostBytes, refuseSize, type SizeLimit } from './declared-size.ts';
import { shownPath } from './shown-path.ts';
import { writeDataFile } from './write-file.ts';

/** What can be read piece by piece: a file, or a file in an archive. */
export interface NpySource {
  readonly shown: string;
  readonly size: number;
  read(target: Uint8Array, position: number): number;
}

/** What `writeNpy` writes. */
export interface NewNpyArray {
  readonly data: NpyData;
  /** Default: one dimension. */
  readonly shape?: readonly number[];
  /** Default: that of the typed array. `bool` takes a Uint8Array, `float16` a Float32Array, `complex64` and `complex128` real and imaginary parts in turn. */
  readonly dtype?: NpyDtype;
}

/**
 * Reads an array that NumPy saved (`.npy`, versions 1 to 3), big-endian and Fortran order included. Throws MLO_DATA, before memory is taken, where the file
 * is none, holds a type that is not read (Python objects, texts, dates, records), declares more than it holds or than `maxBytes`, or holds more than it declares.
 */
export async function readNpy(path: string, options: SizeLimit = {}): Promise<NpyArray> {
  const maxBytes = mostBytes('readNpy', options);
  const file = openDataFile(path);
  try {
    return parseNpy(file, maxBytes);
  } finally {
    file.close();
  }
}

/** Throws MLO_DATA. */
export function parseNpy(source: NpySource, maxBytes: number): NpyArray {
  const { shown, size } = source;
  const take = (position: number, count: number): Uint8Array => {
    const bytes = new Uint8Array(count);
    const read = source.read(bytes, position);
    if (read < count)
      throw dataError(shown, 'the header is cut off', { expected: bytesOf(position + count), found: bytesOf(position + read) });
    return bytes;
  };
  const magic = new Uint8Array(NPY_MAGIC_BYTES);
  const lengthBytes = npyLengthBytes(shown, magic.subarray(0, source.read(magic, 0)));
  const start = NPY_MAGIC_BYTES + lengthBytes;
  const headerBytes = start + npyHeaderLength(shown, take(NPY_MAGIC_BYTES, lengthBytes));
  const header = parseNpyHeader(shown, take(start, headerBytes - start));
  refuseSize(shown, { shape: header.shape, bytes: header.dataBytes, headerBytes, most: size, packed: false, maxBytes });
  const buffer = new ArrayBuffer(header.dataBytes);
  const read = source.read(new Uint8Array(buffer), headerBytes);
  if (read < header.dataBytes) throw dataError(shown, 'the file became shorter while it was read');
  return npyArray(header, buffer);
}

/** Writes what `np.load` reads: the bytes that `np.save` would write of the same array. Throws MLO_DATA. */
export async function writeNpy(path: string, array: NewNpyArray): Promise<void> {
  writeDataFile(path, npyParts(shownPath(path), array));
}

/** Header and data. Throws MLO_DATA where shape, type and data do not belong together. */
export function npyParts(shown: string, array: NewNpyArray): readonly Uint8Array[] {
  if (typeof array !== 'object' || array === null || !('data' in array))
    throw dataError(shown, 'no array', {
      expected: 'an array such as { data: Float32Array.of(1, 2), shape: [2] }',
      found: describeValue(array),
    });
  const { data, dtype = dtypeOf(data), shape } = array;
  if (shape !== undefined && !Array.isArray(shape))
    throw dataError(shown, 'shape', { expected: 'a list of lengths', found: describeValue(shape) });
  const type = dtype === undefined ? undefined : npyTypeNamed(dtype);
  if (type === undefined)
    throw dataError(shown, 'a type that is not written', { expected: NPY_DTYPES, found: describeValue(dtype ?? data) });
  if (!ArrayBuffer.isView(data)) throw dataError(shown, 'data', { expected: 'a typed array', found: describeValue(data) });
  const example = type.decode(type.view(new ArrayBuffer(0)));
  if (data.BYTES_PER_ELEMENT !== example.BYTES_PER_ELEMENT || dtypeOf(data) !== dtypeOf(example)) {
    throw dataError(shown, `dtype ${type.dtype}`, { expected: `data in a ${example.constructor.name}`, found: data.constructor.name });
  }
  const lengths = shape ?? [data.length / type.parts];
  if (lengths.some((length) => !Number.isSafeInteger(length) || length < 0) || sizeOf(lengths) * type.parts !== data.length) {
    throw dataError(shown, `the shape ${shapeText(lengths)} of ${type.dtype}`, {
      expected: `${sizeOf(lengths) * type.parts} numbers`,
      found: String(data.length),
    });
  }
  const stored = type.encode(data);
  return [npyHeaderBytes(type, lengths), new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength)];
}
